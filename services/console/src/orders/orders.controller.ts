import { type BeforeApplicationShutdown, Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { Logger, Problem, parseId } from '@waybill/platform';
import { OperatorOnly, openEventStream } from '@waybill/platform/nest';
import type { FastifyReply } from 'fastify';
import { OrderTraces } from './order-traces.js';
import { type Trace, UnknownOrder } from './trace.js';

const HEARTBEAT_INTERVAL = 15_000;
/** Id of the last event: a client that comes with it has seen all. */
const END = 'end';

/** What happened to one order, across the whole system. */
@Controller('orders/:orderId/trace')
export class OrdersController implements BeforeApplicationShutdown {
  private readonly shutdown = new AbortController();

  constructor(
    private readonly traces: OrderTraces,
    private readonly logger: Logger,
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
    const left = new AbortController();
    reply.raw.once('close', () => left.abort());
    const traces = this.traces.follow(orderId, AbortSignal.any([left.signal, this.shutdown.signal]));
    const first = await traces.next().catch(notFound);

    const stream = openEventStream(reply);
    const heartbeat = setInterval(() => stream.write(': heartbeat\n\n'), HEARTBEAT_INTERVAL);
    try {
      if (stream.req.method === 'HEAD') return;
      if (!first.done) stream.write(serverSentEvent('trace', first.value));
      for await (const trace of traces) stream.write(serverSentEvent('trace', trace));
      if (!this.shutdown.signal.aborted) stream.write(`id: ${END}\n${serverSentEvent('end', {})}`);
    } catch (error) {
      this.logger.error({ err: error, orderId }, 'could not follow an order; its client connects again');
    } finally {
      clearInterval(heartbeat);
      await traces.return(undefined);
      stream.end();
    }
  }

  beforeApplicationShutdown(): void {
    this.shutdown.abort();
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

const serverSentEvent = (event: string, data: object): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
