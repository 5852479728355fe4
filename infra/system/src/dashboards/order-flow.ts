import type { Dashboard } from './dashboard.js';

/** Whether the shop works, at a glance. */
export const orderFlow: Dashboard = {
  name: 'order-flow',
  title: 'the order flow at a glance',
  panels: [
    {
      title: 'Orders a minute',
      as: 'figure',
      queries: [['60 * sum(rate(waybill_orders_placed_total[1m]))', 'placed']],
    },
    {
      title: 'Confirmed, of those that ended',
      as: 'figure',
      unit: 'percentunit',
      queries: [
        [
          'sum(increase(waybill_orders_ended_total{outcome="CONFIRMED"}[5m])) / sum(increase(waybill_orders_ended_total[5m]))',
          'confirmed',
        ],
      ],
    },
    {
      title: 'Until confirmed, median',
      as: 'figure',
      unit: 's',
      queries: [
        ['histogram_quantile(0.5, sum by (le) (rate(waybill_order_to_confirmation_seconds_bucket[5m])))', 'p50'],
      ],
    },
    { title: 'In progress', as: 'figure', queries: [['sum(max by (status) (waybill_orders_in_progress))', 'orders']] },
    {
      title: 'Furthest behind',
      as: 'figure',
      unit: 's',
      limit: 300,
      queries: [['max(waybill_consumer_lag_seconds)', 'consumer']],
    },
    {
      title: 'Dead letters waiting',
      as: 'figure',
      limit: 1,
      queries: [['sum(waybill_dead_letters_waiting{class!="business"})', 'not business']],
    },
    {
      title: 'Orders placed and ended',
      unit: 'cps',
      queries: [
        ['sum(rate(waybill_orders_placed_total[1m]))', 'placed'],
        ['sum by (outcome) (rate(waybill_orders_ended_total[1m]))', '{{outcome}}'],
      ],
    },
    {
      title: 'Orders in progress',
      as: 'stacked',
      queries: [['max by (status) (waybill_orders_in_progress)', '{{status}}']],
    },
    {
      title: 'From OrderCreated to OrderConfirmed',
      unit: 's',
      queries: [
        ['histogram_quantile(0.5, sum by (le) (rate(waybill_order_to_confirmation_seconds_bucket[1m])))', 'p50'],
        ['histogram_quantile(0.95, sum by (le) (rate(waybill_order_to_confirmation_seconds_bucket[1m])))', 'p95'],
        ['histogram_quantile(0.99, sum by (le) (rate(waybill_order_to_confirmation_seconds_bucket[1m])))', 'p99'],
      ],
    },
    {
      title: 'From the order to its delivery',
      unit: 's',
      queries: [
        ['histogram_quantile(0.5, sum by (le) (rate(waybill_order_to_delivery_seconds_bucket[5m])))', 'p50'],
        ['histogram_quantile(0.95, sum by (le) (rate(waybill_order_to_delivery_seconds_bucket[5m])))', 'p95'],
      ],
    },
    {
      title: 'POST /orders by status',
      unit: 'cps',
      description: '202 accepted, 409 and 422 keys, 429 overload, 503 a dependency is unavailable.',
      queries: [
        ['sum by (status) (rate(waybill_http_request_seconds_count{route="/orders",method="POST"}[1m]))', '{{status}}'],
      ],
    },
    {
      title: 'Idempotency keys',
      unit: 'cps',
      queries: [['sum by (outcome) (rate(waybill_idempotency_requests_total[1m]))', '{{outcome}}']],
    },
  ],
};
