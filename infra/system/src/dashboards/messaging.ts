import type { Dashboard } from './dashboard.js';

/** How messages get on. */
export const messaging: Dashboard = {
  name: 'messaging',
  title: 'messaging',
  panels: [
    {
      title: 'Lag in seconds',
      description: 'Age of the oldest message that is not consumed yet.',
      unit: 's',
      queries: [['max by (source, consumer) (waybill_consumer_lag_seconds) > 0', '{{consumer}} on {{source}}']],
    },
    {
      title: 'Lag in messages',
      queries: [['max by (source, consumer) (waybill_consumer_lag_messages) > 0', '{{consumer}} on {{source}}']],
    },
    {
      title: 'Messages handled, by outcome',
      unit: 'cps',
      description: 'later: to be tried again. requeued: the process stopped.',
      queries: [['sum by (source, outcome) (rate(waybill_messages_handled_total[1m]))', '{{source}} {{outcome}}']],
    },
    {
      title: 'Handling time, 95th percentile',
      unit: 's',
      queries: [
        [
          'histogram_quantile(0.95, sum by (source, le) (rate(waybill_message_handling_seconds_bucket[1m])))',
          '{{source}}',
        ],
      ],
    },
    {
      title: 'Retries',
      unit: 'cps',
      queries: [['sum by (source) (rate(waybill_messages_handled_total{outcome="later"}[1m])) > 0', '{{source}}']],
    },
    {
      title: 'Tasks in retry queues',
      queries: [['max by (source) (waybill_retries_waiting) > 0', '{{source}}']],
    },
    {
      title: 'Dead letters in the last five minutes',
      queries: [['sum by (source, class) (increase(waybill_dead_letters_total[5m])) > 0', '{{source}} {{class}}']],
    },
    {
      title: 'Dead letters that wait for review',
      queries: [
        ['max by (source, consumer, class) (waybill_dead_letters_waiting)', '{{consumer}} from {{source}} {{class}}'],
      ],
    },
    {
      title: 'Dead letters: age of the oldest',
      unit: 's',
      queries: [
        [
          'max by (source, consumer, class) (waybill_dead_letters_oldest_age_seconds)',
          '{{consumer}} from {{source}} {{class}}',
        ],
      ],
    },
    {
      title: 'Parked keys',
      description: 'Orders whose events wait behind a failed one.',
      queries: [['max by (job, topic) (waybill_kafka_parked_keys) > 0', '{{job}} {{topic}}']],
    },
    {
      title: 'Parked keys: age of the oldest',
      unit: 's',
      queries: [['max by (job, topic) (waybill_kafka_parked_oldest_age_seconds) > 0', '{{job}} {{topic}}']],
    },
    {
      title: 'Messages in flight that wait for a dependency',
      queries: [['sum by (job, source) (waybill_messages_waiting_for_dependency) > 0', '{{job}} {{source}}']],
    },
    {
      title: 'Outbox: published',
      unit: 'cps',
      queries: [['sum by (job, target) (rate(waybill_outbox_published_total[1m]))', '{{job}} to {{target}}']],
    },
    {
      title: 'Outbox: backlog',
      queries: [['max by (job, target) (waybill_outbox_backlog)', '{{job}} to {{target}}']],
    },
    {
      title: 'Outbox: age of the oldest',
      unit: 's',
      queries: [['max by (job, target) (waybill_outbox_oldest_age_seconds)', '{{job}} to {{target}}']],
    },
    {
      title: 'Outbox: what did not leave',
      unit: 'cps',
      queries: [
        [
          'sum by (job, target) (rate(waybill_outbox_publish_failures_total[1m])) > 0',
          '{{job}}: {{target}} unavailable',
        ],
        ['sum by (job, destination) (rate(waybill_outbox_blocked_total[1m])) > 0', '{{job}}: {{destination}} blocked'],
        [
          'sum by (job, destination) (rate(waybill_outbox_rejected_total[1m])) > 0',
          '{{job}}: {{destination}} rejected',
        ],
      ],
    },
    {
      title: 'Replies that nobody waits for',
      unit: 'cps',
      queries: [['sum by (type) (rate(waybill_replies_dropped_total[1m]))', '{{type}}']],
    },
    { title: 'RabbitMQ: messages ready', queries: [['sum(rabbitmq_queue_messages_ready)', 'ready']] },
  ],
};
