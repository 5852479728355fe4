import { metric } from '@waybill/outbox';
import { Gauge } from 'prom-client';
import { DEFAULT_NAMESPACE } from '../contract/index.js';

export type BacklogMetrics = ReturnType<typeof backlogMetrics>;

const LABELS = ['broker', 'source', 'consumer'];

/** How far consumers are behind, named `<namespace>_consumer_...`; the same metrics each time. */
export const backlogMetrics = (namespace = DEFAULT_NAMESPACE) => ({
  messages: metric(
    `${namespace}_consumer_lag_messages`,
    (name) =>
      new Gauge({
        name,
        help: 'Messages that a consumer has not consumed yet: events behind its committed offsets, tasks ready or in flight',
        labelNames: LABELS,
      }),
  ),
  seconds: metric(
    `${namespace}_consumer_lag_seconds`,
    (name) =>
      new Gauge({ name, help: 'Age of the oldest message that a consumer has not consumed yet', labelNames: LABELS }),
  ),
  retries: metric(
    `${namespace}_retries_waiting`,
    (name) =>
      new Gauge({
        name,
        help: 'Tasks in the retry queues of a queue, to be delivered again later',
        labelNames: ['source', 'consumer'],
      }),
  ),
});
