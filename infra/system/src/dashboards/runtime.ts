import type { Dashboard } from './dashboard.js';

/** What each process does with its machine. */
export const runtime: Dashboard = {
  name: 'runtime',
  title: "each service's runtime",
  byJob: true,
  panels: [
    { title: 'Up', queries: [['up{job=~"$job"}', '{{job}} {{instance}}']] },
    {
      title: 'Restarts in the last hour',
      queries: [['changes(process_start_time_seconds{job=~"$job"}[1h])', '{{job}} {{instance}}']],
    },
    {
      title: 'CPU',
      unit: 'percentunit',
      description: 'Of one core.',
      queries: [['sum by (job) (rate(process_cpu_seconds_total{job=~"$job"}[1m]))', '{{job}}']],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [['process_resident_memory_bytes{job=~"$job"}', '{{job}} {{instance}}']],
    },
    { title: 'Heap', unit: 'bytes', queries: [['nodejs_heap_size_used_bytes{job=~"$job"}', '{{job}} {{instance}}']] },
    {
      title: 'Garbage collection',
      unit: 'percentunit',
      description: 'Share of the time.',
      queries: [['sum by (job) (rate(nodejs_gc_duration_seconds_sum{job=~"$job"}[1m]))', '{{job}}']],
    },
    {
      title: 'Event loop delay, 99th percentile',
      unit: 's',
      description: 'Less the 0.1 s between two samples, which an idle process shows.',
      queries: [['nodejs_eventloop_lag_p99_seconds{job=~"$job"} - 0.1', '{{job}} {{instance}}']],
    },
    { title: 'Open files', queries: [['process_open_fds{job=~"$job"}', '{{job}} {{instance}}']] },
    {
      title: 'HTTP requests',
      unit: 'cps',
      queries: [
        [
          'sum by (job, route, status) (rate(waybill_http_request_seconds_count{job=~"$job",route!~"/health/.*|/metrics"}[1m])) > 0',
          '{{job}} {{route}} {{status}}',
        ],
      ],
    },
    {
      title: 'HTTP, 95th percentile',
      unit: 's',
      description: 'A request that follows an order lasts until it ends.',
      queries: [
        [
          'histogram_quantile(0.95, sum by (job, route, le) (rate(waybill_http_request_seconds_bucket{job=~"$job",route!~"/health/.*|/metrics"}[1m])))',
          '{{job}} {{route}}',
        ],
      ],
    },
  ],
};
