import type { DeadLetterQueries } from '@waybill/dlq';
import type { Database } from '@waybill/platform';
import { deadLettersOfOrder } from './dead-letters-of-order.js';
import { FollowedEvents } from './followed-events.js';
import { keptWhileLate } from './kept-while-late.js';
import type { OrderEventLog } from './order-events.js';
import { sagaSteps } from './saga-steps.js';
import { orderView, type ProcessUrls, serviceViews } from './service-views.js';
import { type Sources, type Trace, type TraceEntry, traceOf, UnknownOrder } from './trace.js';
import { Wake } from './wake.js';
import { whenStatusChanges } from './when-status-changes.js';

/** Milliseconds. A refund or a carrier's news may come long after the order's last state. */
const DAY = 86_400_000;
/** How long one request waits for a source, in ms. */
const PATIENCE = 20_000;
/** Who watches sees the others meanwhile: a late source is shown when it answers. */
const LIVE_PATIENCE = 1_500;
/** Between two looks at all sources, in ms: the first after a change, then twice as long each time. */
const SHORTEST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;
/** Between a wake-up and the look, in ms: what comes together is seen together. */
const COALESCED = 100;

const FINAL = new Set(['DELIVERED', 'FAILED', 'CANCELLED']);

export interface OrderTracesOptions {
  urls: ProcessUrls;
  /** Base URL of Temporal's HTTP API. Default none, and sagas are missing. */
  temporal?: string | undefined;
  events: OrderEventLog;
  database: Database;
  deadLetters: DeadLetterQueries;
}

/** All that happened to an order, from every service, topic and saga. */
export class OrderTraces {
  constructor(private readonly options: OrderTracesOptions) {}

  /** Throws UnknownOrder. */
  of(orderId: string): Promise<Trace> {
    return traceOf(
      orderId,
      this.sources(orderId, () => this.readEvents(orderId)),
      PATIENCE,
    );
  }

  /**
   * The trace now, and again whenever it has changed, until the order is DELIVERED, FAILED or CANCELLED and nothing has been added for 25 s.
   * order-api's states and the order's events say when to look; what has neither, such as a mail, is looked for after half a second, then one
   * second and so on. Throws UnknownOrder.
   */
  async *follow(orderId: string, stop: AbortSignal): AsyncGenerator<Trace> {
    const wake = new Wake(stop);
    const events = new FollowedEvents(this.options.events, orderId, () => wake.now());
    const everywhere = this.sources(orderId, () => events.read());
    const sources = keptWhileLate(everywhere, LIVE_PATIENCE, () => wake.now());
    const watching = whenStatusChanges(this.options.urls, orderId, stop, () => wake.now());
    try {
      let [shown, pause] = ['', SHORTEST_PAUSE];
      while (!stop.aborted) {
        const trace = await traceOf(orderId, sources, LIVE_PATIENCE);
        const text = JSON.stringify(trace);
        if (text !== shown) {
          [shown, pause] = [text, SHORTEST_PAUSE];
          yield trace;
        } else if (pause >= LONGEST_PAUSE && FINAL.has(trace.status ?? '')) return;
        else pause = Math.min(2 * pause, LONGEST_PAUSE);
        await wake.within(pause, COALESCED);
      }
    } finally {
      await Promise.all([watching.stop(), events.close()]);
    }
  }

  private sources(orderId: string, events: () => Promise<TraceEntry[]>): Sources {
    const { urls, temporal, database, deadLetters } = this.options;
    return {
      ...serviceViews(urls, orderId),
      [this.options.events.broker]: async () => ({ entries: await events() }),
      temporal: async () => {
        if (!temporal) throw new Error('its address is not set');
        return sagaSteps(temporal, orderId);
      },
      console: () => deadLettersOfOrder(database, deadLetters, orderId),
    };
  }

  private async readEvents(orderId: string): Promise<TraceEntry[]> {
    const entries: TraceEntry[] = [];
    const until = await this.lastChange(orderId);
    const reading = await this.options.events.open(orderId, {
      until,
      follow: false,
      seen: (entry) => entries.push(entry),
    });
    try {
      await reading.caughtUp;
    } finally {
      await reading.close();
    }
    return entries;
  }

  /** Until when its events are looked for. Without order-api, which is named then: until now. */
  private async lastChange(orderId: string): Promise<number | undefined> {
    try {
      return Date.parse((await orderView(this.options.urls, orderId)).updatedAt) + DAY;
    } catch (error) {
      if (error instanceof UnknownOrder) throw error;
      return undefined;
    }
  }
}
