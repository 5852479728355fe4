import type { QueueDepth, QueueDepths } from '@waybill/messaging';

/** Remembers what was measured last, so that showing it costs the broker nothing. */
export class MeasuredDepths implements QueueDepths {
  private latest: ReadonlyMap<string, QueueDepth> | undefined;

  constructor(private readonly measured: QueueDepths) {}

  /** Undefined while the broker is unavailable, and for a queue that is missing. */
  of(queue: string): QueueDepth | undefined {
    return this.latest?.get(queue);
  }

  async depths(): Promise<ReadonlyMap<string, QueueDepth>> {
    try {
      this.latest = await this.measured.depths();
      return this.latest;
    } catch (error) {
      this.latest = undefined;
      throw error;
    }
  }

  close(): Promise<void> {
    return this.measured.close();
  }
}
