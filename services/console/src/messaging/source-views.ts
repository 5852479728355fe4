import { backlogMetrics, type Queue, retryQueueOf, type Topic, type Topology } from '@waybill/messaging';
import type { Labels, ObservedCopies, ObservedCopy } from '../processes/observed-copies.js';
import type { MeasuredDepths } from './measured-depths.js';

const NAMESPACE = 'waybill';
const named = (name: string) => `${NAMESPACE}_${name}`;
const HANDLED = named('messages_handled_total');
const PUBLISHED = named('outbox_published_total');
const PARKED_EVENTS = named('kafka_parked_events');
const PARKED_KEYS = named('kafka_parked_keys');
const OUTBOX = named('outbox_backlog');
const OUTBOX_AGE = named('outbox_oldest_age_seconds');

/** What is read of the processes' metrics. */
export const OBSERVED = [HANDLED, PUBLISHED, PARKED_EVENTS, PARKED_KEYS, OUTBOX, OUTBOX_AGE];

export interface SourceViewsOptions {
  topology: Topology;
  /** Of topics and of queues. */
  brokers: { events: string; tasks: string };
  depths: MeasuredDepths;
  copies: ObservedCopies;
}

/** Topics, queues and outboxes with how they are doing. Whatever is unknown is null: it is never taken for 0. */
export class SourceViews {
  private readonly lag = backlogMetrics(NAMESPACE);
  /** When the lag of a consumer was known last, in ms since 1970. */
  private readonly measuredAt = new Map<string, number>();

  constructor(private readonly options: SourceViewsOptions) {}

  get topicNames(): readonly string[] {
    return this.options.topology.topics.map(({ name }) => name);
  }

  async topics() {
    const { topology, brokers, copies } = this.options;
    const observed = await copies.all();
    const lags = await this.lags();
    return topology.topics.map(({ name, partitions, compacted }: Topic) => ({
      name,
      broker: brokers.events,
      partitions,
      compacted,
      publishedPerSecond: rateOf(observed, PUBLISHED, { destination: name }),
      consumers: this.consumersOf('topics', name, observed, lags),
    }));
  }

  async queues() {
    const { topology, brokers, copies, depths } = this.options;
    const observed = await copies.all();
    const lags = await this.lags();
    return topology.queues.map((queue: Queue) => {
      const { name, maxLength, replicated, retryTiers } = queue;
      const delayed = depths.of(name)?.delayed;
      const tiers = retryTiers.map((delayMs) => ({
        delayMs,
        messages: depths.of(retryQueueOf(name, delayMs))?.messages ?? null,
      }));
      const known = tiers.map(({ messages }) => messages).filter((messages) => messages !== null);
      return {
        name,
        broker: brokers.tasks,
        maxLength,
        replicated,
        publishedPerSecond: rateOf(observed, PUBLISHED, { destination: name }),
        retryTiers: tiers,
        waitingForRetry: delayed ?? (known.length ? known.reduce((sum, messages) => sum + messages, 0) : null),
        consumers: this.consumersOf('queues', name, observed, lags),
      };
    });
  }

  /** What waits in each process's outbox, by what carries it: all its copies share the outbox. */
  async outboxes() {
    const observed = await this.options.copies.all();
    return [...Map.groupBy(observed, ({ process }) => process)].flatMap(([process, copies]) =>
      [...new Set(copies.flatMap((copy) => copy.samplesOf(OUTBOX).map(({ labels }) => labels.target ?? '')))].map(
        (target) => ({
          process,
          target,
          messages: largestOf(copies, OUTBOX, { target }),
          oldestAgeSeconds: largestOf(copies, OUTBOX_AGE, { target }) || null,
          seenAt: timeOf(lastSeen(copies)),
        }),
      ),
    );
  }

  private consumersOf(kind: 'topics' | 'queues', source: string, observed: readonly ObservedCopy[], lags: Lags) {
    const readers = Object.entries(this.options.topology.consumers ?? {}).filter(([, consumer]) =>
      consumer[kind].some(({ name }) => name === source),
    );
    return readers.map(([consumer]) => {
      const lag = lags.get(`${source}\n${consumer}`);
      const copies = observed.filter(({ consumers }) =>
        consumers.some((one) => one.consumer === consumer && one.name === source),
      );
      return {
        consumer,
        lagMessages: lag?.messages ?? null,
        oldestAgeSeconds: lag?.seconds ?? null,
        measuredAt: timeOf(this.measuredAt.get(`${source}\n${consumer}`)),
        handledPerSecond: rateOf(copies, HANDLED, { source }),
        parkedKeys: kind === 'topics' ? largestOf(copies, PARKED_KEYS, { topic: source }) : null,
        parkedEvents: kind === 'topics' ? largestOf(copies, PARKED_EVENTS, { topic: source }) : null,
        processes: copies.map((copy) => stateOf(copy, source)),
      };
    });
  }

  /** What the console's own monitor measured last. */
  private async lags(): Promise<Lags> {
    const [messages, seconds] = await Promise.all([this.lag.messages.get(), this.lag.seconds.get()]);
    const placeOf = ({ source, consumer }: Partial<Record<string, string | number>>) => `${source}\n${consumer}`;
    const ages = new Map(seconds.values.map(({ labels, value }) => [placeOf(labels), value]));
    for (const { labels } of messages.values) this.measuredAt.set(placeOf(labels), Date.now());
    return new Map(
      messages.values.map(({ labels, value }) => [
        placeOf(labels),
        { messages: value, seconds: ages.get(placeOf(labels)) },
      ]),
    );
  }
}

type Lags = ReadonlyMap<string, { messages: number; seconds: number | undefined }>;

/** What a copy that is unavailable said last is no state: it may have ended. */
function stateOf({ process, url, isAvailable, seenAt, consumers }: ObservedCopy, source: string) {
  const { state, pausedAt } = consumers.find(({ name }) => name === source)!;
  return {
    process,
    url,
    state: isAvailable ? state : ('unavailable' as const),
    pausedAt: isAvailable ? pausedAt : null,
    seenAt: timeOf(seenAt),
  };
}

const timeOf = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());

const lastSeen = (copies: readonly ObservedCopy[]): number | undefined =>
  copies
    .flatMap(({ seenAt }) => seenAt ?? [])
    .toSorted((a, b) => a - b)
    .at(-1);

/** Null when no copy says it. Each copy of a service says the same: they share a database. */
function largestOf(copies: readonly ObservedCopy[], metric: string, labels: Labels): number | null {
  const values = copies.filter(({ isAvailable }) => isAvailable).flatMap((copy) => copy.valueOf(metric, labels) ?? []);
  return values.length ? Math.max(...values) : null;
}

/** Of all copies together; null until one was observed twice. */
function rateOf(copies: readonly ObservedCopy[], metric: string, labels: Labels): number | null {
  const rates = copies.flatMap((copy) => copy.rateOf(metric, labels) ?? []);
  return rates.length ? rates.reduce((sum, rate) => sum + rate, 0) : null;
}
