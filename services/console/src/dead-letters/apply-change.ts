import { ReviewError, type ReviewErrorReason } from '@waybill/dlq';
import type { Tx } from '@waybill/outbox';
import { type Database, Problem, type ProblemName, parseId } from '@waybill/platform';

/** Commits a change to the dead letter or batch with this id. Throws Problem when it is rejected or there is none. */
export async function applyChange<T>(
  database: Database,
  { what, segment }: { what: 'dead letter' | 'batch'; segment: string },
  change: (tx: Tx, id: string) => Promise<T>,
): Promise<T> {
  const id = parseId(segment);
  if (!id) throw new Problem('not-found', { detail: `there is no ${what} ${segment}` });
  try {
    return await database.transaction((tx) => change(tx, id));
  } catch (error) {
    throw error instanceof ReviewError ? problemOf(error) : error;
  }
}

const PROBLEM_OF: Record<ReviewErrorReason, ProblemName> = {
  unknown: 'not-found',
  resolved: 'already-resolved',
  changed: 'has-changed',
  'too-often': 'resubmitted-too-often',
  'schema-mismatch': 'invalid-request',
  'no-destination': 'without-destination',
};

function problemOf({ reason, message, bodyErrors }: ReviewError): Problem {
  const errors = bodyErrors.map(({ field, message }) => ({ field: field ? `body.${field}` : 'body', message }));
  return new Problem(PROBLEM_OF[reason], { detail: message, ...(errors.length && { errors }) });
}
