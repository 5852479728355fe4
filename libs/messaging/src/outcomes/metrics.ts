import { metric } from '@waybill/outbox';
import { Counter, Gauge, Histogram } from 'prom-client';
import { DEFAULT_NAMESPACE } from '../contract/index.js';

export type MessagingMetrics = ReturnType<typeof messagingMetrics>;

/** What consumers count and measure, named `<namespace>_...`; the same metrics each time. */
export function messagingMetrics(namespace = DEFAULT_NAMESPACE) {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    metric(`${namespace}_${name}`, (name) => new Counter({ name, help, labelNames }));
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    metric(`${namespace}_${name}`, (name) => new Gauge({ name, help, labelNames }));
  const histogram = (name: string, help: string, buckets: number[], ...labelNames: string[]) =>
    metric(`${namespace}_${name}`, (name) => new Histogram({ name, help, buckets, labelNames }));
  return {
    handled: counter('messages_handled_total', 'Messages by outcome', 'source', 'type', 'outcome'),
    skipped: counter(
      'messages_skipped_total',
      'Events of types that the group does not handle, and deletions',
      'source',
    ),
    handlingSeconds: histogram(
      'message_handling_seconds',
      'Time from receiving a message to its outcome',
      [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      'source',
      'type',
    ),
    deadLetters: counter('dead_letters_total', 'Messages that were dead-lettered', 'source', 'class'),
    waitingForDependency: gauge(
      'messages_waiting_for_dependency',
      'Messages in flight that wait for an unavailable database or server',
      'source',
    ),
    droppedReplies: counter('replies_dropped_total', 'Replies whose requester is gone or no longer waits', 'type'),
    parkedEvents: gauge(
      'kafka_parked_events',
      'Events that were consumed and are parked: to be retried, dead-lettered, or behind such an event of their key',
      'topic',
    ),
    parkedKeys: gauge('kafka_parked_keys', 'Keys that have parked events', 'topic'),
    parkedAge: gauge('kafka_parked_oldest_age_seconds', 'How long the oldest parked event has been parked', 'topic'),
  };
}
