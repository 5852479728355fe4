import type { Logger } from '@waybill/outbox';
import { Counter, Gauge, register } from 'prom-client';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import { DeadLetterQueries } from './dead-letter-queries.js';

const TAKEN_IN = 'waybill_dead_letters_taken_in_total';

/** A module may be loaded twice in a process (tests do); a metric is there once. */
export const takenIn =
  (register.getSingleMetric(TAKEN_IN) as Counter | undefined) ??
  new Counter({
    name: TAKEN_IN,
    help: 'Dead letters gathered for review, by whether the message was new, had failed again, or was known',
    labelNames: ['source', 'class', 'how'],
  });

/** Letters that wait and the age of the oldest, asked of the database whenever somebody asks for the metrics. */
export function registerDepthMetrics(database: DeadLetterDatabase, logger: Logger): void {
  const queries = new DeadLetterQueries();
  let measuring: Promise<void> | undefined;
  // Both gauges are asked at once, and each answers when the one measurement is there.
  const collect = () => {
    measuring ??= measure().finally(() => {
      measuring = undefined;
    });
    return measuring;
  };
  const waiting = gauge('waybill_dead_letters_waiting', 'Dead letters that wait for an operator', collect);
  const oldest = gauge('waybill_dead_letters_oldest_age_seconds', 'How long the oldest of them has waited', collect);

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
      logger.debug({ err: error }, 'the depth of the dead letters is not known now');
    }
  }
}

function gauge(name: string, help: string, collect: () => Promise<void>): Gauge {
  register.removeSingleMetric(name);
  return new Gauge({ name, help, labelNames: ['source', 'consumer', 'class'], collect });
}
