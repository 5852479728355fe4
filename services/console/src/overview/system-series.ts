import type { Counted } from './counters.js';
import { gauge, quantile, rate, type Series } from './series.js';

export const HANDLED: Counted = { metric: 'waybill_messages_handled_total', by: 'source' };
export const PUBLISHED: Counted = { metric: 'waybill_outbox_published_total', by: 'destination' };
const DEAD_LETTERED: Counted = { metric: 'waybill_dead_letters_total', by: 'source' };
/** Probes say nothing of the users' time, and requests that follow something last until it ends. */
const HTTP: Counted = {
  metric: 'waybill_http_request_seconds_bucket',
  without: { label: 'route', pattern: '/health/.*|/metrics|.*/(events|status)' },
};
const HANDLING: Counted = { metric: 'waybill_message_handling_seconds_bucket' };

/** The charts of any system. */
export const SYSTEM_SERIES: readonly Series[] = [
  rate({ name: 'published', title: 'Messages published' }, PUBLISHED),
  rate({ name: 'handled', title: 'Messages handled' }, HANDLED),
  rate({ name: 'deadLettered', title: 'Dead-lettered' }, DEAD_LETTERED),
  ...quantiles('http', 'HTTP request', HTTP),
  ...quantiles('handling', 'Message handling', HANDLING),
  gauge(
    { name: 'lagSeconds', title: 'Oldest unconsumed message', unit: 'seconds' },
    'max',
    'waybill_consumer_lag_seconds',
  ),
  gauge(
    { name: 'lagMessages', title: 'Unconsumed messages', unit: 'messages' },
    'sum',
    'waybill_consumer_lag_messages',
  ),
  gauge({ name: 'outboxMessages', title: 'In outboxes', unit: 'messages' }, 'sum', 'waybill_outbox_backlog'),
  gauge({ name: 'retriesWaiting', title: 'Waiting for a retry', unit: 'messages' }, 'sum', 'waybill_retries_waiting'),
  gauge({ name: 'parkedEvents', title: 'Parked', unit: 'messages' }, 'sum', 'waybill_kafka_parked_events'),
];

/** p50, p95 and p99. */
export function quantiles(name: string, title: string, histogram: Counted): Series[] {
  return [50, 95, 99].map((percent) =>
    quantile({ name: `${name}P${percent}`, title: `${title} p${percent}` }, percent / 100, histogram),
  );
}
