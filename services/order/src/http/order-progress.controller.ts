import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { Database, Problem, parseId, validate } from '@waybill/platform';
import { EventStream, leaving, type ServerSentEvent } from '@waybill/platform/nest';
import type { FastifyReply } from 'fastify';
import { isFinal } from '../domain/order.js';
import { type NumberedState, statesAfter } from '../persistence/history.queries.js';
import { StatusQuery } from './order.requests.js';
import { statusView } from './order.views.js';
import { OrderWatch } from './order-watch.js';

/** Long polling and server-sent events: the two ways to wait for an order. */
@Controller('orders/:orderId')
export class OrderProgressController {
  constructor(
    private readonly database: Database,
    private readonly watch: OrderWatch,
  ) {}

  /** The current status. With `?wait=` the next one, unless the order has its outcome or the seconds pass. */
  @Get('status')
  async status(
    @Param('orderId') segment: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { wait } = validate(StatusQuery, query);
    const left = leaving(reply);
    const latest = (await this.statesOf(segment)).at(-1)!;
    const { orderId } = latest;
    const view = statusView(orderId, latest);
    if (view.terminal || wait === 0) return view;

    const signal = AbortSignal.any([left, AbortSignal.timeout(wait * 1_000)]);
    const changes = await this.watch.next(orderId, latest.seq, signal);
    return statusView(orderId, changes.at(-1) ?? latest);
  }

  /**
   * Every status change as `event: status`, with its sequence number as id. A client that was disconnected resumes with
   * `Last-Event-ID`. The stream ends when the status is final; a further request gets 204, which tells an EventSource to
   * stop.
   */
  @Get('events')
  async events(
    @Param('orderId') segment: string,
    @Headers('last-event-id') lastEventId: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const left = leaving(reply);
    let after = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : 0;
    const past = await this.statesOf(segment);
    const { orderId, status } = past.at(-1)!;
    let states = past.filter(({ seq }) => seq > after);
    if (!states.length && isFinal(status)) return void reply.status(204).send();

    const stream = new EventStream(reply);
    if (stream.hasEnded) return;
    try {
      if (!states.length) states = await this.watch.next(orderId, after, left);
      while (states.length) {
        stream.send(...states.map(statusEvent));
        const last = states.at(-1)!;
        if (isFinal(last.status)) break;
        after = last.seq;
        states = await this.watch.next(orderId, after, left);
      }
    } finally {
      stream.end();
    }
  }

  private async statesOf(segment: string): Promise<NumberedState[]> {
    const orderId = parseId(segment);
    const states = orderId ? await statesAfter(this.database.autocommit, [{ orderId, after: 0 }]) : [];
    if (!states.length) throw new Problem('not-found', { detail: `there is no order ${segment}` });
    return states;
  }
}

function statusEvent({ seq, orderId, ...state }: NumberedState): ServerSentEvent {
  const { updatedAt: at, ...view } = statusView(orderId, state);
  return { id: seq, event: 'status', data: { ...view, at } };
}
