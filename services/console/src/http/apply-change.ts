import { ReviewError, type ReviewErrorReason } from '@waybill/dlq';
import { type Database, Problem, type ProblemName } from '@waybill/platform';
import { isId } from './dead-letter.requests.js';

/** Commits a change to the dead letter or batch with this id. Throws Problem when it is rejected or there is none. */
export async function applyChange<T>(
  database: Database,
  { what, id }: { what: 'dead letter' | 'batch'; id: string },
  change: Parameters<typeof database.transaction<T>>[0],
): Promise<T> {
  if (!isId(id)) throw new Problem('not-found', { detail: `there is no ${what} ${id}` });
  try {
    return await database.transaction(change);
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
};

function problemOf({ reason, message }: ReviewError): Problem {
  const kind = PROBLEM_OF[reason];
  return new Problem(kind, kind === 'invalid-request' ? { errors: [{ field: 'body', message }] } : { detail: message });
}
