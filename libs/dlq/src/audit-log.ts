import { schemaName, type Tx } from '@waybill/outbox';
import { type Page, type PageRequest, pageOf } from './page.js';

export const AUDITED_ACTIONS = [
  'resubmit',
  'discard',
  'start-batch',
  'pause-batch',
  'resume-batch',
  'stop-batch',
] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/** What an operator did to one dead letter or one batch. */
export interface AuditRecord {
  by: string;
  action: AuditedAction;
  /** Id of the dead letter; of a batch, its id is in `batch` instead. */
  deadLetter?: string | undefined;
  batch?: string | undefined;
  /** Type of the dead letter's message; of a batch, what it does. */
  subject: string;
  /** The reason of a discard, or what was special about it. */
  detail?: string | null | undefined;
  /** How many dead letters it concerned. Default 1. */
  count?: number | undefined;
}

/** An entry as it is shown. */
export interface AuditEntry {
  id: string;
  at: string;
  by: string;
  action: AuditedAction;
  deadLetter: string | null;
  batch: string | null;
  subject: string;
  detail: string | null;
  count: number;
}

/** An omitted field matches all. */
export interface AuditFilter {
  by?: string | undefined;
  action?: AuditedAction | undefined;
}

interface AuditRow extends Omit<AuditEntry, 'id' | 'at' | 'deadLetter'> {
  seq: string;
  at: Date;
  dead_letter: string | null;
}

/**
 * Who did what and when. An entry commits with what it tells of, and is never deleted. What a batch does to each of its dead letters is in
 * their history only.
 */
export class AuditLog {
  private readonly table: string;

  constructor({ schema }: { schema?: string | undefined } = {}) {
    this.table = `${schemaName(schema)}.dead_letter_audit`;
  }

  async record(tx: Tx, { by, action, deadLetter, batch, subject, detail, count = 1 }: AuditRecord): Promise<void> {
    await tx.query(
      `INSERT INTO ${this.table} (by, action, dead_letter, batch, subject, detail, count) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [by, action, deadLetter ?? null, batch ?? null, subject, detail ?? null, count],
    );
  }

  /** Latest first. The cursor is the id of the last entry. */
  async list(db: Tx, { by, action }: AuditFilter, { limit, cursor }: PageRequest): Promise<Page<AuditEntry>> {
    const { rows } = await db.query<AuditRow>(
      `SELECT * FROM ${this.table}
       WHERE ($1::text IS NULL OR by = $1) AND ($2::text IS NULL OR action = $2) AND ($3::bigint IS NULL OR seq < $3)
       ORDER BY seq DESC LIMIT $4`,
      [by ?? null, action ?? null, cursor ?? null, limit + 1],
    );
    return pageOf(rows, limit, ({ seq }) => seq, toEntry);
  }
}

const toEntry = ({ seq, at, dead_letter, ...entry }: AuditRow): AuditEntry => ({
  id: seq,
  at: at.toISOString(),
  deadLetter: dead_letter,
  ...entry,
});
