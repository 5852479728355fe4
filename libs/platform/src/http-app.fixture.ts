import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Body, Controller, Get, Module, Param, Post, Put, Query, Req } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { createApp } from './http-app.js';
import { createLogger } from './logger.js';
import { OperatorOnly } from './operator-only.js';
import { PlatformModule } from './platform.module.js';
import { parseId, queryNumber, uuid, validate } from './validate.js';

export const OPERATOR = 'let-me-in';

const ThingQuery = z.strictObject({
  name: z.string().optional(),
  id: uuid().optional(),
  limit: queryNumber(z.int().max(10)).optional(),
});
const Thing = z.strictObject({ name: z.string(), more: z.unknown().optional() });

@Controller('things')
class ThingsController {
  @Get()
  list(@Query() query: unknown) {
    return validate(ThingQuery, query);
  }

  @Get(':id')
  show(@Param('id') segment: string) {
    return { id: parseId(segment) ?? null };
  }

  @Post()
  add(@Body() body: unknown) {
    return validate(Thing, body);
  }

  /** Responds when the client has closed its side of the connection. */
  @Post('later')
  async addLater(@Req() { raw }: FastifyRequest, @Body() body: unknown) {
    if (!raw.socket.readableEnded) await once(raw.socket, 'end');
    return validate(Thing, body);
  }

  @OperatorOnly()
  @Put(':id')
  change(@Body() body: unknown) {
    return validate(Thing, body);
  }
}

/** An application as every service has it, listening on a free port. */
export async function startThings(): Promise<{ app: NestFastifyApplication; port: number }> {
  const logger = createLogger({ service: 'test', level: 'silent' });
  @Module({ imports: [PlatformModule.with({ logger, operator: OPERATOR })], controllers: [ThingsController] })
  class ThingsModule {}
  const app = await createApp({ module: ThingsModule }, logger);
  await app.listen(0, '127.0.0.1');
  return { app, port: (app.getHttpServer().address() as AddressInfo).port };
}

export interface RawResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}

/** Sends these bytes and nothing else; resolves when the server has closed the connection. */
export async function sendRaw(port: number, bytes: string, { halfClose = false } = {}): Promise<RawResponse> {
  const socket = connect(port, '127.0.0.1');
  if (halfClose) socket.end(bytes, 'latin1');
  else socket.write(bytes, 'latin1');
  return responseOn(socket);
}

async function responseOn(socket: Socket): Promise<RawResponse> {
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk) => (text += chunk));
  await once(socket, 'close');
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
  const [start = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => /^([^:]+): (.*)$/.exec(line)!.slice(1) as [string, string]);
  return {
    status: Number(start.split(' ')[1]),
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
    body,
  };
}
