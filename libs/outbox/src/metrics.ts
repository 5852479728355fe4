import { Counter, Gauge } from 'prom-client';
import { metric } from './metric.js';

export type RelayMetrics = ReturnType<typeof relayMetrics>;

/** What a relay counts and measures, named `<prefix>_outbox_...`. */
export function relayMetrics(prefix: string) {
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    metric(`${prefix}_outbox_${name}`, (name) => new Counter({ name, help, labelNames }));
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    metric(`${prefix}_outbox_${name}`, (name) => new Gauge({ name, help, labelNames }));
  return {
    published: counter('published_total', 'Messages that the broker confirmed', 'target', 'destination'),
    blocked: counter('blocked_total', 'Attempts that found a destination blocked', 'target', 'destination'),
    rejected: counter('rejected_total', 'Messages moved to outbox_rejected', 'target', 'destination'),
    failures: counter('publish_failures_total', 'Batches that found the broker unavailable', 'target'),
    backlog: gauge('backlog', 'Messages in the outbox (up to 100,000 per destination)', 'target'),
    oldestAge: gauge('oldest_age_seconds', 'Age of the oldest message in the outbox', 'target'),
  };
}
