import { record, types } from '@waybill/platform';
import type { Extension } from './extension.js';
import { timeOf } from './process-states.js';
import { rate, type Series } from './series.js';
import { quantiles } from './system-series.js';

const series: readonly Series[] = [
  rate({ name: 'ordersPlaced', title: 'Orders placed' }, { metric: 'waybill_orders_placed_total' }),
  rate(
    { name: 'ordersConfirmed', title: 'Orders confirmed' },
    { metric: 'waybill_orders_ended_total', by: 'outcome' },
    { label: 'outcome', value: 'CONFIRMED' },
  ),
  ...quantiles('confirmation', 'Order to confirmation', { metric: 'waybill_order_to_confirmation_seconds_bucket' }),
];

/** How often analytics is asked, in ms. */
const REFRESH = 4_000;
const TIMEOUT = 1_500;

const schema = {
  ...record({
    byStatus: {
      type: ['array', 'null'],
      items: record({ status: types.text, orders: types.integer }),
      description: 'As analytics counted them last; null: it never said it',
    },
    lastSeen: { type: ['string', 'null'], format: 'date-time', description: 'When analytics last said it' },
  }),
  description: 'Orders by status',
};

/** Orders by status, which analytics counts, and the rates and latencies of orders. */
export function orderFigures(): Extension {
  let known: { at: number; byStatus: { status: string; orders: number }[] } | undefined;
  let askedAt = 0;
  return {
    name: 'orders',
    schema,
    series,
    gauges: [],
    async section({ at }, processUrls) {
      const analytics = processUrls.get('analytics');
      if (analytics && at - askedAt >= REFRESH) {
        askedAt = at;
        const byStatus = await countsOf(analytics).catch(() => undefined); // `lastSeen` says it
        if (byStatus) known = { at, byStatus };
      }
      return { byStatus: known?.byStatus ?? null, lastSeen: known ? timeOf(known.at) : null };
    },
  };
}

async function countsOf(analytics: string): Promise<{ status: string; orders: number }[]> {
  const response = await fetch(`${analytics}/analytics/summary`, { signal: AbortSignal.timeout(TIMEOUT) });
  if (!response.ok) throw new Error(`${response.status}`);
  const { orders } = (await response.json()) as { orders: Record<string, number> };
  return Object.entries(orders).map(([status, count]) => ({ status, orders: count }));
}
