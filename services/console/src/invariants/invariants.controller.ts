import { Controller, Get, Res } from '@nestjs/common';
import { OperatorCheck } from '@waybill/platform';
import { EventStream, leaving, OperatorOnly } from '@waybill/platform/nest';
import type { FastifyReply } from 'fastify';
import { type InvariantsReport, InvariantsWatch } from './invariants-watch.js';

/** What must hold of the shop whatever breaks: I1 to I9. */
@Controller('invariants')
export class InvariantsController {
  constructor(
    private readonly watch: InvariantsWatch,
    private readonly operator: OperatorCheck,
  ) {}

  @OperatorOnly()
  @Get()
  show(): Promise<InvariantsReport> {
    return this.watch.report();
  }

  /** Each report as `event: report`, while the client stays. */
  @OperatorOnly()
  @Get('events')
  async events(@Res() reply: FastifyReply): Promise<void> {
    const stream = new EventStream(reply, { operator: this.operator, heartbeat: 'event' });
    if (stream.hasEnded) return;
    try {
      for await (const report of this.watch.follow(leaving(reply))) stream.send({ event: 'report', data: report });
    } finally {
      stream.end();
    }
  }
}
