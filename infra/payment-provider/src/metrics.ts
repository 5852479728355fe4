import { Counter, collectDefaultMetrics, Registry } from 'prom-client';

export type ProviderMetrics = ReturnType<typeof providerMetrics>;

/** Every so many ms, as in the services: more often costs an idle process more than all else that it does. */
const EVENT_LOOP_SAMPLES = 100;

/** A registry of its own for each provider, so that two can run in one process. */
export function providerMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLES });
  const registers = [registry];
  return {
    registry,
    entries: new Counter({
      name: 'payment_provider_entries_total',
      help: 'Ledger entries written, by type',
      labelNames: ['type'],
      registers,
    }),
    requests: new Counter({
      name: 'payment_provider_requests_total',
      help: 'Requests answered, by route and status',
      labelNames: ['route', 'status'],
      registers,
    }),
    flushes: new Counter({ name: 'payment_provider_journal_flushes_total', help: 'Flushes of the journal', registers }),
    lines: new Counter({
      name: 'payment_provider_journal_lines_total',
      help: 'Lines written to the journal; many can share one flush',
      registers,
    }),
  };
}
