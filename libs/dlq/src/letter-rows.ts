import type { FailureClass } from '@waybill/messaging';
import type { Act, DeadLetter, DeadLetterInFull, LetterStatus } from './letter.js';
import { letterBody, type ReadBody } from './letter-body.js';

/** The columns of a list. */
export const SHOWN = `id, source, consumer, class, error, failure_group, attempts, message_id, type, key, trace_id,
  first_failed_at, last_failed_at, status, resubmissions, version`;

export interface LetterRow {
  id: string;
  source: string;
  consumer: string;
  class: FailureClass;
  error: string;
  failure_group: string;
  attempts: number;
  message_id: string;
  type: string;
  key: string | null;
  trace_id: string | null;
  first_failed_at: Date;
  last_failed_at: Date;
  status: LetterStatus;
  resubmissions: number;
  version: number;
}

export interface LetterInFullRow extends LetterRow {
  stack: string | null;
  dataschema: string | null;
  taken_in_at: Date;
  headers: Record<string, string>;
  body: Buffer;
}

export interface ActRow {
  act: Act['act'];
  at: Date;
  by: string;
  detail: string | null;
  edited_body: Buffer | null;
  batch: string | null;
}

export function toLetter(row: LetterRow): DeadLetter {
  return {
    id: row.id,
    source: row.source,
    consumer: row.consumer,
    class: row.class,
    error: row.error,
    group: row.failure_group,
    attempts: row.attempts,
    messageId: row.message_id,
    type: row.type || null,
    key: row.key,
    traceId: row.trace_id,
    firstFailedAt: row.first_failed_at.toISOString(),
    lastFailedAt: row.last_failed_at.toISOString(),
    status: row.status,
    resubmissions: row.resubmissions,
    version: row.version,
  };
}

export async function toLetterInFull(
  row: LetterInFullRow,
  acts: ActRow[],
  bodyOf: ReadBody,
): Promise<DeadLetterInFull> {
  const { stack, dataschema, taken_in_at, headers } = row;
  return {
    ...toLetter(row),
    stack,
    dataschema,
    takenInAt: taken_in_at.toISOString(),
    headers,
    ...(await letterBody(row, bodyOf)),
    history: acts.map(({ act, at, by, detail, edited_body, batch }) => ({
      act,
      at: at.toISOString(),
      by,
      detail,
      editedBody: edited_body?.toString('utf8') ?? null,
      batch,
    })),
  };
}
