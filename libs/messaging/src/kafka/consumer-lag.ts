import type { Logger } from '@waybill/outbox';
import { lag, parkedEvents } from '../outcomes/index.js';
import type { Progress } from './topic-progress.js';

const EVERY = 5_000;

export interface ConsumerLagOptions {
  /** Of the topics that the group reads. */
  topics: readonly string[];
  progressOf(topic: string): Promise<Progress>;
  /** Events that wait in the consumer's database, for each topic that has any. */
  countParked(): Promise<Map<string, number>>;
  logger: Logger;
  /** Milliseconds between two looks. Default 5,000. */
  every?: number;
}

/**
 * Says how far behind a group is, in events by topic: `waybill_kafka_consumer_lag` not taken yet, and of those that were
 * taken `waybill_kafka_parked_events` waiting. While a server is away it says nothing, because the last figure would look well.
 */
export class ConsumerLag {
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ConsumerLagOptions) {}

  start(): void {
    const { topics, every = EVERY } = this.options;
    if (topics.length) this.timer ??= setInterval(() => void this.measure(), every).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  async measure(): Promise<void> {
    await Promise.all([...this.options.topics.map((topic) => this.measureLag(topic)), this.measureParked()]);
  }

  private async measureLag(topic: string): Promise<void> {
    const { progressOf, logger } = this.options;
    try {
      lag.set({ topic }, (await progressOf(topic)).behind);
    } catch (error) {
      lag.remove({ topic });
      logger.debug({ err: error, topic }, 'the lag is not known');
    }
  }

  private async measureParked(): Promise<void> {
    const { topics, countParked, logger } = this.options;
    try {
      const counts = await countParked();
      for (const topic of topics) parkedEvents.set({ topic }, counts.get(topic) ?? 0);
    } catch (error) {
      parkedEvents.reset();
      logger.debug({ err: error }, 'how many events are parked is not known');
    }
  }
}
