import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { Logger, OperatorCheck, Problem, parseId } from '@waybill/platform';
import { EventStream, leaving, OperatorOnly } from '@waybill/platform/nest';
import type { FastifyReply } from 'fastify';
import { OrderTraces } from './order-traces.js';
import { type Trace, UnknownOrder } from './trace.js';

/** Id of the last event: a client that comes with it has seen all. */
const END = 'end';

/** What happened to one order, across the whole system. */
@Controller('orders/:orderId/trace')
export class OrdersController {
  constructor(
    private readonly traces: OrderTraces,
    private readonly logger: Logger,
    private readonly operator: OperatorCheck,
  ) {}

  /** Sources that do not answer are named in `missing`; that is no error. */
  @OperatorOnly()
  @Get()
  show(@Param('orderId') segment: string): Promise<Trace> {
    return this.traces.of(orderIdIn(segment)).catch(notFound);
  }

  /**
   * `event: trace` with the whole trace whenever it has changed, and `event: end` when nothing more is to come. A client that has seen the
   * end gets 204, which tells an EventSource to stop.
   */
  @OperatorOnly()
  @Get('events')
  async events(
    @Param('orderId') segment: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (lastEventId === END) return void reply.status(204).send();
    const orderId = orderIdIn(segment);
    const left = leaving(reply);
    const traces = this.traces.follow(orderId, left);
    const first = await traces.next().catch(notFound);

    const stream = new EventStream(reply, { operator: this.operator, heartbeat: 'event' });
    try {
      if (stream.hasEnded) return;
      if (!first.done) stream.send({ event: 'trace', data: first.value });
      for await (const data of traces) stream.send({ event: 'trace', data });
      if (!left.aborted) stream.send({ event: 'end', data: {}, id: END });
    } catch (error) {
      this.logger.error({ err: error, orderId }, 'could not follow an order; its client connects again');
    } finally {
      await traces.return(undefined);
      stream.end();
    }
  }
}

function orderIdIn(segment: string): string {
  const orderId = parseId(segment);
  if (!orderId) throw new Problem('not-found', { detail: `there is no order ${segment}` });
  return orderId;
}

function notFound(error: unknown): never {
  throw error instanceof UnknownOrder ? new Problem('not-found', { detail: error.message }) : error;
}
