import { lag } from './metrics.js';
import type { Logger } from './surroundings.js';
import type { Progress } from './topic-progress.js';

const EVERY = 5_000;

export interface ConsumerLagOptions {
  /** Of the topics that the group reads. */
  topics: readonly string[];
  progressOf(topic: string): Promise<Progress>;
  logger: Logger;
  /** Milliseconds between two looks. Default 5,000. */
  every?: number;
}

/**
 * Says how far behind a group is: `waybill_kafka_consumer_lag`, events by topic. While Kafka is away it says nothing, because
 * the last figure would look well.
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
    const { topics, progressOf, logger } = this.options;
    for (const topic of topics) {
      try {
        lag.set({ topic }, (await progressOf(topic)).behind);
      } catch (error) {
        lag.remove({ topic });
        logger.debug({ err: error, topic }, 'the lag is not known');
      }
    }
  }
}
