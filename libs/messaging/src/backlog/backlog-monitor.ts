import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@waybill/outbox';
import type { UnreadEvents, UnreadPartition } from '../kafka-clients/index.js';
import { withTimeout } from '../outcomes/index.js';
import type { QueueDepth, QueueDepths } from '../rabbitmq/index.js';
import { type BacklogMetrics, backlogMetrics } from './metrics.js';

/** A queue, who consumes it, and its retry queues. */
export interface MeasuredQueue {
  name: string;
  consumer: string;
  retryQueues: readonly string[];
}

/** A consumer group, and the topics that it reads. */
export interface MeasuredGroup {
  group: string;
  topics: readonly string[];
}

export interface BacklogMonitorOptions {
  events: UnreadEvents;
  groups: readonly MeasuredGroup[];
  /** Of topics and groups in the broker; the metrics have them without. Default none. */
  prefix?: string;
  tasks: QueueDepths;
  queues: readonly MeasuredQueue[];
  /** What carries them, as label of the metrics. Default Kafka and RabbitMQ. */
  brokers?: { events: 'kafka' | 'nats'; tasks: 'rabbitmq' | 'nats' | 'sqs' };
  logger: Logger;
  /** Milliseconds between two measurements. Default 5,000. */
  interval?: number;
  /** Default `waybill`. */
  namespace?: string;
}

const INTERVAL = 5_000;
const TIMEOUT = 10_000;
const BROKERS = { events: 'kafka', tasks: 'rabbitmq' };

/**
 * Measures from outside how far all consumers are behind, in messages and in seconds: right also while a consumer is stopped or
 * hangs. One process of the system runs it. A gauge whose source is unavailable disappears, because its last value would look
 * healthy.
 */
export class BacklogMonitor {
  private readonly metrics: BacklogMetrics;
  private readonly brokers: { events: string; tasks: string };
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: BacklogMonitorOptions) {
    this.metrics = backlogMetrics(options.namespace);
    this.brokers = options.brokers ?? BROKERS;
  }

  start(): void {
    this.running ??= this.measureUntilStopped();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    const { events, tasks } = this.options;
    await Promise.all([events.close(), tasks.close()]);
  }

  async measure(): Promise<void> {
    const { groups } = this.options;
    await Promise.all([this.measureGroups(groups), this.measureQueues()]);
  }

  private async measureUntilStopped(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.measure();
      await pause(this.options.interval ?? INTERVAL, undefined, { signal }).catch(() => {}); // it stops
    }
  }

  /** One after the other: they share a connection, and are in no hurry. */
  private async measureGroups(groups: readonly MeasuredGroup[]): Promise<void> {
    for (const group of groups) await this.measureGroup(group);
  }

  private async measureGroup({ group: consumer, topics }: MeasuredGroup): Promise<void> {
    const { events, prefix = '', logger } = this.options;
    const labelsOf = (source: string) => ({ broker: this.brokers.events, source, consumer });
    try {
      const unread = events.of(
        prefix + consumer,
        topics.map((name) => prefix + name),
      );
      const partitions = await withTimeout(TIMEOUT, 'the broker did not say what is unread', unread);
      for (const source of topics) {
        const ofTopic = partitions.filter(({ topic }) => topic === prefix + source);
        this.metrics.messages.set(labelsOf(source), totalOf(ofTopic));
        this.metrics.seconds.set(labelsOf(source), ageOf(ofTopic));
      }
    } catch (error) {
      for (const source of topics) this.forget(labelsOf(source));
      logger.debug({ err: error, consumer }, 'could not measure the lag of a consumer group');
    }
  }

  private async measureQueues(): Promise<void> {
    const { tasks, queues, logger } = this.options;
    const measured = withTimeout(TIMEOUT, 'the broker did not say what is in the queues', tasks.depths());
    const depths = await measured.catch((error) => {
      logger.debug({ err: error }, 'could not measure the queues');
      return new Map<string, QueueDepth>();
    });
    for (const queue of queues) {
      this.showDepth(queue, depths.get(queue.name));
      this.showRetries(queue, depths);
    }
  }

  private showDepth({ name: source, consumer }: MeasuredQueue, depth: QueueDepth | undefined): void {
    const labels = { broker: this.brokers.tasks, source, consumer };
    this.forget(labels);
    if (!depth) return;
    this.metrics.messages.set(labels, depth.messages);
    if (depth.age !== undefined) this.metrics.seconds.set(labels, depth.age / 1_000);
  }

  private showRetries(
    { name: source, consumer, retryQueues }: MeasuredQueue,
    depths: ReadonlyMap<string, QueueDepth>,
  ): void {
    if (retryQueues.length === 0) return;
    const inRetryQueues = retryQueues.map((name) => depths.get(name)?.messages ?? Number.NaN);
    const waiting = depths.get(source)?.delayed ?? inRetryQueues.reduce((sum, messages) => sum + messages, 0);
    if (Number.isNaN(waiting)) this.metrics.retries.remove({ source, consumer });
    else this.metrics.retries.set({ source, consumer }, waiting);
  }

  private forget(labels: { broker: string; source: string; consumer: string }): void {
    this.metrics.messages.remove(labels);
    this.metrics.seconds.remove(labels);
  }
}

const totalOf = (partitions: readonly UnreadPartition[]): number =>
  partitions.reduce((sum, { count }) => sum + count, 0);

/** In seconds, by the clock of whoever wrote the record; 0 when nothing is unread. */
function ageOf(partitions: readonly UnreadPartition[]): number {
  const oldest = Math.min(...partitions.map(({ oldest }) => oldest ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(oldest) ? Math.max(0, Date.now() - oldest) / 1_000 : 0;
}
