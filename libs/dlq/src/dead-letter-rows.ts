import type { FailureClass } from '@waybill/messaging';
import type { DeadLetter, DeadLetterDetails, DeadLetterSource, DeadLetterStatus, HistoryEntry } from './dead-letter.js';
import { deadLetterBody, type ReadBody } from './dead-letter-body.js';

/** The columns that a list of dead letters shows. */
export const LIST_COLUMNS = `id, source, consumer, class, error, failure_group, attempts, message_id, type, key, trace_id,
  first_failed_at, last_failed_at, status, resubmissions, version`;

export interface DeadLetterRow {
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
  status: DeadLetterStatus;
  resubmissions: number;
  version: number;
}

export interface DeadLetterDetailsRow extends DeadLetterRow {
  source_kind: DeadLetterSource['kind'];
  stack: string | null;
  dataschema: string | null;
  collected_at: Date;
  headers: Record<string, string>;
  body: Buffer;
}

export interface HistoryRow {
  event: HistoryEntry['event'];
  at: Date;
  by: string;
  detail: string | null;
  edited_body: Buffer | null;
  batch: string | null;
}

export function toDeadLetter(row: DeadLetterRow): DeadLetter {
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

export async function toDeadLetterDetails(
  row: DeadLetterDetailsRow,
  history: HistoryRow[],
  readBody: ReadBody,
): Promise<DeadLetterDetails> {
  const { stack, dataschema, collected_at, headers } = row;
  return {
    ...toDeadLetter(row),
    sourceKind: row.source_kind,
    stack,
    dataschema,
    collectedAt: collected_at.toISOString(),
    headers,
    ...(await deadLetterBody(row, readBody)),
    history: history.map(({ event, at, by, detail, edited_body, batch }) => ({
      event,
      at: at.toISOString(),
      by,
      detail,
      editedBody: edited_body?.toString('utf8') ?? null,
      batch,
    })),
  };
}
