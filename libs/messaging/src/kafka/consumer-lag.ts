import type { Logger } from '@waybill/outbox';
import { type MessagingMetrics, messagingMetrics } from '../outcomes/index.js';
import type { Progress } from './topic-progress.js';

const INTERVAL = 5_000;

export interface ConsumerLagOptions {
  /** Of the topics that the group reads. */
  topics: readonly string[];
  progressOf(topic: string): Promise<Progress>;
  /** Events parked in the consumer's database, for each topic that has any. */
  countParked(): Promise<Map<string, number>>;
  logger: Logger;
  /** Milliseconds between two measurements. Default 5,000. */
  interval?: number;
  /** Default `waybill`. */
  namespace?: string | undefined;
}

/**
 * Measures how far behind a group is, in events by topic: `waybill_kafka_consumer_lag` for those not consumed yet, and
 * `waybill_kafka_parked_events`. A gauge whose server is unavailable disappears, because its last value would look healthy.
 */
export class ConsumerLag {
  private timer: NodeJS.Timeout | undefined;
  private readonly metrics: MessagingMetrics;

  constructor(private readonly options: ConsumerLagOptions) {
    this.metrics = messagingMetrics(options.namespace);
  }

  start(): void {
    const { topics, interval = INTERVAL } = this.options;
    if (topics.length) this.timer ??= setInterval(() => void this.measure(), interval).unref();
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
      this.metrics.lag.set({ topic }, (await progressOf(topic)).behind);
    } catch (error) {
      this.metrics.lag.remove({ topic });
      logger.debug({ err: error, topic }, 'could not measure the lag');
    }
  }

  private async measureParked(): Promise<void> {
    const { topics, countParked, logger } = this.options;
    try {
      const counts = await countParked();
      for (const topic of topics) this.metrics.parkedEvents.set({ topic }, counts.get(topic) ?? 0);
    } catch (error) {
      this.metrics.parkedEvents.reset();
      logger.debug({ err: error }, 'could not count the parked events');
    }
  }
}
