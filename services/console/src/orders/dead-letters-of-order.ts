import type { DeadLetter, DeadLetterQueries } from '@waybill/dlq';
import type { Database } from '@waybill/platform';
import type { Told, TraceEntry } from './trace.js';

const LIMIT = 100;

/** The latest dead letters with the order's id as their key, decided or not. */
export async function deadLettersOfOrder(
  database: Database,
  queries: DeadLetterQueries,
  orderId: string,
): Promise<Told> {
  const { items } = await queries.list(database.autocommit, { key: orderId }, { limit: LIMIT });
  return { entries: items.flatMap(steps) };
}

/** The first failure, from which on it was retried, and when it was given up. */
function steps(deadLetter: DeadLetter): TraceEntry[] {
  const {
    id,
    source,
    consumer,
    type,
    error,
    attempts,
    status,
    traceId,
    firstFailedAt: first,
    lastFailedAt: last,
  } = deadLetter;
  const service = consumer === 'order' ? 'order-processor' : consumer;
  const tells = { source: consumer, service, ...(traceId && { traceId }) };
  return [
    { ...tells, at: first, kind: 'retry', what: `first failure of ${type ?? 'a message'}`, detail: error, attempt: 1 },
    {
      ...tells,
      at: last,
      kind: 'dead-letter',
      what: `dead letter (${deadLetter.class}, ${attempts} attempts, now ${status})`,
      detail: `${source}, npm run dlq -- show ${id}`,
      attempt: attempts,
      durationMs: Date.parse(last) - Date.parse(first),
    },
  ];
}
