import { Counter, Gauge, register } from 'prom-client';

/** Registered once, however often this module is loaded. */
const counter = (name: string, help: string, labelNames: string[]) =>
  (register.getSingleMetric(name) as Counter | undefined) ?? new Counter({ name, help, labelNames });
const gauge = (name: string, help: string, labelNames: string[]) =>
  (register.getSingleMetric(name) as Gauge | undefined) ?? new Gauge({ name, help, labelNames });

export const published = counter('waybill_outbox_published_total', 'Messages the broker has confirmed', [
  'target',
  'destination',
]);
export const blocked = counter('waybill_outbox_blocked_total', 'Tries that met a destination which took nothing', [
  'target',
  'destination',
]);
export const refused = counter('waybill_outbox_refused_total', 'Messages set aside in waybill.outbox_refused', [
  'target',
  'destination',
]);
export const failures = counter('waybill_outbox_publish_failures_total', 'Batches that met a broker which was away', [
  'target',
]);
export const backlog = gauge('waybill_outbox_backlog', 'Messages that wait (up to 100,000 a destination)', ['target']);
export const oldestAge = gauge('waybill_outbox_oldest_age_seconds', 'Age of the oldest message that waits', ['target']);
