import { Controller, Get, Res } from '@nestjs/common';
import { OperatorOnly, openEventStream } from '@waybill/platform/nest';
import type { FastifyReply } from 'fastify';
import { type InvariantsReport, InvariantsWatch } from './invariants-watch.js';

const HEARTBEAT_INTERVAL = 15_000;

/** What must hold of the shop whatever breaks: I1 to I9. */
@Controller('invariants')
export class InvariantsController {
  constructor(private readonly watch: InvariantsWatch) {}

  @OperatorOnly()
  @Get()
  show(): Promise<InvariantsReport> {
    return this.watch.report();
  }

  /** Each report as `event: report`, while the client stays. */
  @OperatorOnly()
  @Get('events')
  async events(@Res() reply: FastifyReply): Promise<void> {
    const left = new AbortController();
    const stream = reply.raw;
    stream.once('close', () => left.abort());
    openEventStream(reply);
    if (stream.req.method === 'HEAD') return void stream.end();
    const heartbeat = setInterval(() => stream.write(': heartbeat\n\n'), HEARTBEAT_INTERVAL);
    try {
      for await (const report of this.watch.follow(left.signal)) {
        stream.write(`event: report\ndata: ${JSON.stringify(report)}\n\n`);
      }
    } finally {
      clearInterval(heartbeat);
      stream.end();
    }
  }
}
