import type { EventReading, OrderEventLog } from './order-events.js';
import type { TraceEntry } from './trace.js';

/** The events of an order so far, by one reading that goes on. One that fails is begun anew. */
export class FollowedEvents {
  private entries: TraceEntry[] = [];
  private reading: Promise<EventReading> | undefined;

  /** `onEvent` is called for each event that comes. */
  constructor(
    private readonly log: OrderEventLog,
    private readonly orderId: string,
    private readonly onEvent: () => void,
  ) {}

  /** All that are there. Rejects while they cannot be read. */
  async read(): Promise<TraceEntry[]> {
    this.reading ??= this.open();
    const { reading } = this;
    try {
      const { caughtUp, failure } = await reading;
      await caughtUp;
      const error = failure();
      if (error) throw error;
      return [...this.entries];
    } catch (error) {
      if (this.reading === reading) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { reading } = this;
    this.reading = undefined;
    const opened = await reading?.catch(() => undefined); // whoever read was told
    await opened?.close();
  }

  private open(): Promise<EventReading> {
    const entries: TraceEntry[] = [];
    this.entries = entries;
    const seen = (entry: TraceEntry) => {
      entries.push(entry);
      this.onEvent();
    };
    return this.log.open(this.orderId, { follow: true, seen });
  }
}
