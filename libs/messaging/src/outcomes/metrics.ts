import { Counter, Gauge, Histogram, register } from 'prom-client';

/** A module may be loaded twice in a process (tests do); a metric is there once. */
function once<Metric>(name: string, create: () => Metric): Metric {
  return (register.getSingleMetric(name) as Metric | undefined) ?? create();
}

export const handled = once(
  'waybill_messages_handled_total',
  () =>
    new Counter({
      name: 'waybill_messages_handled_total',
      help: 'Messages by how their handling ended',
      labelNames: ['source', 'type', 'outcome'],
    }),
);

export const handlingSeconds = once(
  'waybill_message_handling_seconds',
  () =>
    new Histogram({
      name: 'waybill_message_handling_seconds',
      help: 'From the first look at a message to its outcome',
      labelNames: ['source', 'type'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    }),
);

export const deadLetters = once(
  'waybill_dead_letters_total',
  () =>
    new Counter({
      name: 'waybill_dead_letters_total',
      help: 'Messages that were given up',
      labelNames: ['source', 'class'],
    }),
);

export const waitingForDependency = once(
  'waybill_messages_waiting_for_dependency',
  () =>
    new Gauge({
      name: 'waybill_messages_waiting_for_dependency',
      help: 'Messages in hand that wait for a database or server to come back',
      labelNames: ['source'],
    }),
);

export const droppedReplies = once(
  'waybill_replies_dropped_total',
  () =>
    new Counter({
      name: 'waybill_replies_dropped_total',
      help: 'Replies that found nobody: they came too late, or who asked is gone',
      labelNames: ['type'],
    }),
);

export const lag = once(
  'waybill_kafka_consumer_lag',
  () =>
    new Gauge({
      name: 'waybill_kafka_consumer_lag',
      help: 'Events that the group has not taken yet',
      labelNames: ['topic'],
    }),
);

export const parkedEvents = once(
  'waybill_kafka_parked_events',
  () =>
    new Gauge({
      name: 'waybill_kafka_parked_events',
      help: 'Events that were taken and wait: they are tried again, were given up, or are behind such a one of their key',
      labelNames: ['topic'],
    }),
);
