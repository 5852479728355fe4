import type { Dashboard } from './dashboard.js';

/** How sagas end, what they undo, and what the payment provider and the receivers of webhooks answer. */
export const sagaAndMoney: Dashboard = {
  name: 'saga-and-money',
  title: 'saga and money',
  panels: [
    {
      title: 'Saga outcomes by reason',
      unit: 'cps',
      queries: [['sum by (outcome, reason) (rate(waybill_orders_ended_total[1m]))', '{{outcome}} {{reason}}']],
    },
    {
      title: 'Longest in its status',
      unit: 's',
      queries: [['max by (status) (waybill_orders_in_progress_oldest_seconds)', '{{status}}']],
    },
    {
      title: 'Sagas in progress in this process',
      as: 'stacked',
      queries: [['sum by (instance) (waybill_sagas_in_progress)', '{{instance}}']],
    },
    {
      title: 'Compensations in progress',
      queries: [['max(waybill_compensations_in_progress)', 'orders']],
    },
    {
      title: 'Compensations: age of the oldest',
      unit: 's',
      queries: [['max(waybill_compensations_oldest_age_seconds)', 'oldest']],
    },
    {
      title: 'Sagas that needed help',
      unit: 'cps',
      queries: [
        ['sum by (task) (rate(waybill_undo_requests_repeated_total[5m]))', 'undo repeated: {{task}}'],
        ['sum(rate(waybill_sagas_restarted_total[5m]))', 'lost and started again'],
        ['sum(rate(waybill_sagas_overdue_total[5m]))', 'overdue'],
      ],
    },
    {
      title: 'Payment provider: calls by result',
      unit: 'cps',
      queries: [
        ['sum by (operation, result) (rate(waybill_payment_provider_calls_total[1m]))', '{{operation}} {{result}}'],
      ],
    },
    {
      title: 'Payment provider: 95th percentile',
      unit: 's',
      queries: [
        [
          'histogram_quantile(0.95, sum by (operation, le) (rate(waybill_payment_provider_call_seconds_bucket[1m])))',
          '{{operation}}',
        ],
      ],
    },
    {
      title: 'Circuit breaker before the payment provider',
      description: '1 for its state.',
      queries: [['max by (state) (waybill_payment_provider_breaker_state)', '{{state}}']],
    },
    {
      title: 'Differences that the last reconciliation left',
      queries: [['max by (kind) (waybill_payment_reconciliation_findings)', '{{kind}}']],
    },
    {
      title: 'Since the last reconciliation',
      unit: 's',
      queries: [['time() - max(waybill_payment_reconciled_timestamp_seconds)', 'ago']],
    },
    {
      title: 'Entries of the stand-in provider',
      unit: 'cps',
      queries: [['sum by (type) (rate(payment_provider_entries_total[1m]))', '{{type}}']],
    },
    {
      title: 'Webhooks by result',
      unit: 'cps',
      queries: [['sum by (result) (rate(waybill_webhook_calls_total[1m]))', '{{result}}']],
    },
    {
      title: 'Mails by outcome',
      unit: 'cps',
      queries: [['sum by (outcome) (rate(waybill_mails_total[1m]))', '{{outcome}}']],
    },
  ],
};
