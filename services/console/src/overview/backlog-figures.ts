import type { Gauge, Reading } from './reading.js';

/** Messages, and the age of the oldest in seconds. */
export interface Waiting {
  messages: number;
  /** Null: the broker does not say it. */
  seconds: number | null;
}

/** What waits; undefined: nobody knows it. */
export interface Backlog {
  lagOf(consumer: string, source: string): Waiting | undefined;
  retriesOf(consumer: string, source: string): number | undefined;
  deadLettersOf(consumer: string, source: string): Waiting | undefined;
  parkedOf(process: string, topic: string): (Waiting & { keys: number }) | undefined;
  /** Of all its targets. */
  outboxOf(process: string): Waiting | undefined;
  /** Messages in flight that wait for an unavailable database or server. */
  heldUpOf(process: string, source: string): number;
  /** Whether an operator has paused it. */
  isPaused(process: string, source: string): boolean;
}

const KNOWN_BY = 'waybill_consumer_lag_messages';
const DEAD_LETTERS = 'waybill_dead_letters_waiting';

export const BACKLOG_GAUGES = [
  KNOWN_BY,
  'waybill_consumer_lag_seconds',
  'waybill_retries_waiting',
  DEAD_LETTERS,
  'waybill_dead_letters_oldest_age_seconds',
  'waybill_kafka_parked_events',
  'waybill_kafka_parked_keys',
  'waybill_kafka_parked_oldest_age_seconds',
  'waybill_outbox_backlog',
  'waybill_outbox_oldest_age_seconds',
  'waybill_messages_waiting_for_dependency',
  'waybill_consumer_paused',
];

/** The process that measures dead letters is the one that declares this. */
const COLLECTS = 'waybill_dead_letters_collected_total';

export function backlogOf(reading: Reading): Backlog {
  const tables = new Map(BACKLOG_GAUGES.map((name) => [name, reading.gauges(name)]));
  const valuesOf = (metric: string, matches: (gauge: Gauge) => boolean) =>
    tables
      .get(metric)!
      .filter(matches)
      .map(({ value }) => value);
  const waiting = (messages: string, seconds: string, matches: (gauge: Gauge) => boolean): Waiting | undefined => {
    const counts = valuesOf(messages, matches);
    if (!counts.length) return undefined;
    const ages = valuesOf(seconds, matches);
    return { messages: sum(counts), seconds: ages.length ? Math.max(...ages) : null };
  };
  const of = (consumer: string, source: string) => (gauge: Gauge) =>
    gauge.labels.consumer === consumer && gauge.labels.source === source;
  const on = (process: string, label: string, value: string) => (gauge: Gauge) =>
    gauge.process === process && gauge.labels[label] === value;
  const collects = countsDeadLetters(reading);
  return {
    lagOf: (consumer, source) => waiting(KNOWN_BY, 'waybill_consumer_lag_seconds', of(consumer, source)),
    retriesOf: (consumer, source) => valuesOf('waybill_retries_waiting', of(consumer, source))[0],
    // A group without dead letters has no line.
    deadLettersOf: (consumer, source) =>
      waiting(DEAD_LETTERS, 'waybill_dead_letters_oldest_age_seconds', of(consumer, source)) ??
      (collects ? { messages: 0, seconds: 0 } : undefined),
    parkedOf(process, topic) {
      const matches = on(process, 'topic', topic);
      const parked = waiting('waybill_kafka_parked_events', 'waybill_kafka_parked_oldest_age_seconds', matches);
      return parked && { ...parked, keys: sum(valuesOf('waybill_kafka_parked_keys', matches)) };
    },
    outboxOf: (process) =>
      waiting('waybill_outbox_backlog', 'waybill_outbox_oldest_age_seconds', (gauge) => gauge.process === process),
    heldUpOf: (process, source) =>
      sum(valuesOf('waybill_messages_waiting_for_dependency', on(process, 'source', source))),
    isPaused: (process, source) => sum(valuesOf('waybill_consumer_paused', on(process, 'source', source))) > 0,
  };
}

/** Whether it knows: without its database it shows no group, as if there were none. */
const countsDeadLetters = ({ processes }: Reading) =>
  processes.some(({ copies }) =>
    copies.some(
      ({ metrics, health }) => metrics?.declared.has(COLLECTS) && health?.checks.postgres?.status !== 'failing',
    ),
  );

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
