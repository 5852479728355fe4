import { schemaName, type Tx } from '@waybill/outbox';
import type { DeadLetter } from './dead-letter.js';
import { type DeadLetterRow, LIST_COLUMNS, toDeadLetter } from './dead-letter-rows.js';
import type { StoredMessage } from './resubmission.js';
import { ReviewError } from './review-error.js';

type WaitingRow = StoredMessage & Pick<DeadLetterRow, 'status' | 'resubmissions' | 'version'>;

export interface ReviewEntry {
  event: 'resubmitted' | 'discarded';
  by: string;
  detail: string | null;
  body?: Buffer | undefined;
  batch?: string | undefined;
}

/** Locks and updates the rows of dead letters that an operator or a batch resolves. */
export class ReviewedRows {
  private readonly schema: string;

  constructor(schema?: string) {
    this.schema = schemaName(schema);
  }

  /** The second of two operators waits here for the first to commit, and then gets a ReviewError. */
  async lockWaiting(tx: Tx, id: string, version: number | undefined): Promise<WaitingRow> {
    const { rows } = await tx.query<WaitingRow>(
      `SELECT source_kind AS "sourceKind", source, consumer, message_id AS "messageId", type, key, headers, body,
              status, resubmissions, version
       FROM ${this.schema}.dead_letters WHERE id = $1 FOR UPDATE`,
      [id],
    );
    const row = rows[0];
    if (!row) throw new ReviewError('unknown', `there is no dead letter ${id}`);
    if (row.status !== 'waiting') {
      const resolvedBy = await this.resolution(tx, id);
      throw new ReviewError('resolved', `nothing was changed: it is ${row.status} already, ${resolvedBy}`);
    }
    if (version !== undefined && version !== row.version) {
      throw new ReviewError('changed', `nothing was changed: you saw version ${version}, it is ${row.version} now`);
    }
    return row;
  }

  /** Adds an entry to its history. */
  async record(tx: Tx, id: string, { event, by, detail, body, batch }: ReviewEntry): Promise<void> {
    await tx.query(
      `INSERT INTO ${this.schema}.dead_letter_history (dead_letter, event, by, detail, edited_body, batch)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, event, by, detail, body ?? null, batch ?? null],
    );
  }

  async resolve(tx: Tx, id: string, change: string): Promise<DeadLetter> {
    const { rows } = await tx.query<DeadLetterRow>(
      `UPDATE ${this.schema}.dead_letters SET ${change}, batch = NULL, resolved_at = now(), version = version + 1
       WHERE id = $1 RETURNING ${LIST_COLUMNS}`,
      [id],
    );
    return toDeadLetter(rows[0]!);
  }

  private async resolution(tx: Tx, id: string): Promise<string> {
    const { rows } = await tx.query<{ by: string; at: Date }>(
      `SELECT by, at FROM ${this.schema}.dead_letter_history
       WHERE dead_letter = $1 AND event <> 'failed' ORDER BY seq DESC LIMIT 1`,
      [id],
    );
    return `by ${rows[0]?.by} at ${rows[0]?.at.toISOString()}`;
  }
}
