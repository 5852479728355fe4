import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Controller, Get, Module, Res } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { until } from '@waybill/testing';
import type { FastifyReply } from 'fastify';
import { EventStream, leaving } from './event-stream.js';
import { createApp } from './http-app.js';
import { createLogger } from './logger.js';
import { OperatorCheck } from './operator.js';
import { PlatformModule } from './platform.module.js';
import { Problem } from './problem.js';

class Access extends OperatorCheck {
  isAllowed = true;

  check(): void {
    if (!this.isAllowed) throw new Problem('unauthorized');
  }
}
const access = new Access();
const streams: EventStream[] = [];

@Controller('events')
class EventsController {
  @Get()
  events(@Res() reply: FastifyReply): void {
    const stream = new EventStream(reply, { operator: access, heartbeat: 'event' });
    streams.push(stream);
    leaving(reply).addEventListener('abort', () => stream.end());
    stream.send({ event: 'first', data: { n: 1 }, id: 7 });
  }
}

let app: NestFastifyApplication;
beforeEach(async () => {
  access.isAllowed = true;
  streams.length = 0;
  const logger = createLogger({ service: 'test', level: 'silent' });
  @Module({ imports: [PlatformModule.with({ logger, operator: access })], controllers: [EventsController] })
  class EventsModule {}
  app = await createApp({ module: EventsModule }, logger);
  await app.listen(0, '127.0.0.1');
});
afterEach(() => app.close());

/** A client, and what it has received. */
async function open(method = 'GET') {
  const socket = connect((app.getHttpServer().address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  socket.setEncoding('utf8').on('data', (text) => {
    received += text;
  });
  socket.write(`${method} /events HTTP/1.1\r\nHost: test\r\n\r\n`);
  const ended = once(socket, 'end');
  await until('the head is there', () => received.includes('text/event-stream'));
  return { socket, ended, received: () => received };
}

it('sends events with their names and ids', async () => {
  const { received, socket } = await open();
  await until('the event is there', () => received().includes('id: 7\nevent: first\ndata: {"n":1}\n\n'));
  socket.destroy();
});

it('says that it is alive when nothing happens', async () => {
  const { received, socket } = await open();
  await until('a heartbeat', () => received().includes('event: heartbeat\ndata: {}\n\n'));
  socket.destroy();
});

it('sends HEAD its head alone, and nothing later', async () => {
  const { received, ended } = await open('HEAD');
  expect(streams[0]!.hasEnded).toBe(true);
  streams[0]!.send({ event: 'late', data: {} });
  await app.close();
  await ended;
  expect(received().split('\r\n\r\n')[1]).toBe('');
});

it('notices a client that has closed its side, before anything is written to it', async () => {
  const { socket } = await open();
  socket.end();
  await until('the stream has ended', () => streams[0]!.hasEnded);
});

it('ends when its server stops, which waits for nothing else', async () => {
  const { ended } = await open();
  await app.close();
  await ended;
});

it('ends instead of sending to somebody who would not be let in any more', async () => {
  const { ended, received } = await open();
  access.isAllowed = false;
  streams[0]!.send({ event: 'secret', data: {} });
  await ended;
  expect(received()).not.toContain('secret');
});
