import { DEFAULT_NAMESPACE } from '@waybill/messaging';
import { type Logger, metric } from '@waybill/outbox';
import { Counter, Gauge, register } from 'prom-client';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import { DeadLetterQueries } from './dead-letter-queries.js';

export type CollectorMetrics = ReturnType<typeof collectorMetrics>;

/** What a collector counts; the same metrics each time. */
export const collectorMetrics = (namespace = DEFAULT_NAMESPACE) => ({
  collected: metric(
    `${namespace}_dead_letters_collected_total`,
    (name) =>
      new Counter({
        name,
        help: 'Dead letters collected for review, by whether the message was new, had failed again, or was known',
        labelNames: ['source', 'class', 'how'],
      }),
  ),
});

export interface DepthMetricsOptions {
  database: DeadLetterDatabase;
  logger: Logger;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
  /** Default `waybill`. */
  namespace?: string | undefined;
}

/** The number of waiting dead letters and the age of the oldest, measured whenever metrics are scraped. */
export function registerDepthMetrics({
  database,
  logger,
  schema,
  namespace = DEFAULT_NAMESPACE,
}: DepthMetricsOptions): void {
  const queries = new DeadLetterQueries({ schema });
  let measuring: Promise<void> | undefined;
  // Both gauges are scraped at the same time, and share one measurement.
  const collect = () => {
    measuring ??= measure().finally(() => {
      measuring = undefined;
    });
    return measuring;
  };
  const waiting = gauge(`${namespace}_dead_letters_waiting`, 'Dead letters that wait for an operator', collect);
  const oldest = gauge(
    `${namespace}_dead_letters_oldest_age_seconds`,
    'How long the oldest of them has been waiting',
    collect,
  );

  async function measure(): Promise<void> {
    try {
      const depths = await queries.depth(database.autocommit);
      waiting.reset();
      oldest.reset();
      for (const { count, oldestAgeSeconds, ...labels } of depths) {
        waiting.set(labels, count);
        oldest.set(labels, oldestAgeSeconds);
      }
    } catch (error) {
      logger.debug({ err: error }, 'could not measure the depth of the dead letters');
    }
  }
}

function gauge(name: string, help: string, collect: () => Promise<void>): Gauge {
  register.removeSingleMetric(name);
  return new Gauge({ name, help, labelNames: ['source', 'consumer', 'class'], collect });
}
