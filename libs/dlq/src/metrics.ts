import { DEFAULT_NAMESPACE } from '@waybill/messaging';
import { type Logger, metric } from '@waybill/outbox';
import { Counter, Gauge, register } from 'prom-client';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import { DeadLetterQueries } from './dead-letter-queries.js';

export type CollectorMetrics = ReturnType<typeof collectorMetrics>;

/** Registers the metrics at the first call, and returns the same ones later. */
export const collectorMetrics = (namespace = DEFAULT_NAMESPACE) => ({
  collected: metric(
    `${namespace}_dead_letters_collected_total`,
    (name) =>
      new Counter({
        name,
        help: 'Dead letters collected: of a new message, of one that failed again, or known from an earlier delivery',
        labelNames: ['source', 'class', 'how'],
      }),
  ),
});

export interface DepthMetricsOptions {
  database: DeadLetterDatabase;
  logger: Logger;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
  /** Prefix of the metrics. Default `waybill`. */
  namespace?: string | undefined;
}

/** Registers the number of waiting dead letters and the age of the oldest, measured at each scrape. */
export function registerDepthMetrics({
  database,
  logger,
  schema,
  namespace = DEFAULT_NAMESPACE,
}: DepthMetricsOptions): void {
  const queries = new DeadLetterQueries({ schema });
  let measuring: Promise<void> | undefined;
  // A scrape collects both gauges concurrently; they share one query.
  const collect = () => {
    measuring ??= measure().finally(() => {
      measuring = undefined;
    });
    return measuring;
  };
  const waiting = gauge(`${namespace}_dead_letters_waiting`, 'Dead letters that are waiting for an operator', collect);
  const oldest = gauge(
    `${namespace}_dead_letters_oldest_age_seconds`,
    'Age of the oldest waiting dead letter',
    collect,
  );

  function forget(): void {
    waiting.reset();
    oldest.reset();
  }

  async function measure(): Promise<void> {
    try {
      const depths = await queries.depth(database.autocommit);
      forget();
      for (const { count, oldestAgeSeconds, ...labels } of depths) {
        waiting.set(labels, count);
        oldest.set(labels, oldestAgeSeconds);
      }
    } catch (error) {
      forget(); // the last values would look healthy
      logger.debug({ err: error }, 'could not count the waiting dead letters');
    }
  }
}

function gauge(name: string, help: string, collect: () => Promise<void>): Gauge {
  register.removeSingleMetric(name);
  return new Gauge({ name, help, labelNames: ['source', 'consumer', 'class'], collect });
}
