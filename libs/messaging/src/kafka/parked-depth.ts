import type { Logger } from '@waybill/outbox';
import { type MessagingMetrics, messagingMetrics } from '../outcomes/index.js';
import type { ParkedTopic } from './parked-events.js';

const INTERVAL = 5_000;

export interface ParkedDepthOptions {
  /** Of the topics that the group reads. */
  topics: readonly string[];
  /** The topics that have parked events. */
  depth(): Promise<ReadonlyMap<string, ParkedTopic>>;
  logger: Logger;
  /** Milliseconds between two measurements. Default 5,000. */
  interval?: number;
  /** Default `waybill`. */
  namespace?: string | undefined;
}

/**
 * Measures what a group has parked, by topic. A gauge whose database is unavailable disappears, because its last value would
 * look healthy.
 */
export class ParkedDepth {
  private timer: NodeJS.Timeout | undefined;
  private readonly metrics: MessagingMetrics;

  constructor(private readonly options: ParkedDepthOptions) {
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
    const { topics, depth, logger } = this.options;
    const { parkedEvents, parkedKeys, parkedAge } = this.metrics;
    try {
      const parked = await depth();
      for (const topic of topics) {
        const { events, keys, oldestAgeSeconds } = parked.get(topic) ?? NONE;
        parkedEvents.set({ topic }, events);
        parkedKeys.set({ topic }, keys);
        parkedAge.set({ topic }, oldestAgeSeconds);
      }
    } catch (error) {
      for (const gauge of [parkedEvents, parkedKeys, parkedAge]) gauge.reset();
      logger.debug({ err: error }, 'could not count the parked events');
    }
  }
}

const NONE: ParkedTopic = { events: 0, keys: 0, oldestAgeSeconds: 0 };
