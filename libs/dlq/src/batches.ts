import type { Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import { conditions, type LetterFilter } from './dead-letter-queries.js';
import type { Review } from './review.js';

export interface BatchRequest {
  by: string;
  /** Which of those that wait. */
  filter: Omit<LetterFilter, 'status'>;
  /** At most so many, the oldest first. Default all. */
  limit?: number | undefined;
  /** Default as fast as it goes. */
  ratePerSecond?: number | undefined;
  /** Also those that were resubmitted too often. */
  force?: boolean | undefined;
}

/** What a batch would do. */
export interface BatchPlan {
  /** Waiting letters that the filter means. */
  matching: number;
  /** How many of them would be resubmitted. */
  selected: number;
  /** How many would not, because they were resubmitted too often or are part of a running batch. */
  refused: number;
}

export interface Batch {
  id: string;
  by: string;
  filter: object;
  ratePerSecond: number | null;
  force: boolean;
  status: 'running' | 'done';
  selected: number;
  resubmitted: number;
  /** Of those selected, decided by somebody else before their turn came; known when it is done. */
  passedOver: number;
  createdAt: string;
  endedAt: string | null;
}

/** So many letters a transaction, when there is no rate. */
const AT_ONCE = 50;
/** Above this rate, letters go several at a time. */
const STEPS_A_SECOND = 10;

/**
 * Resubmits many letters, at a rate. Which letters, and how far it is, stands in the tables: whoever takes the next step
 * after a crash goes on where it stopped, and any number of processes may take steps.
 */
export class Batches {
  constructor(private readonly review: Review) {}

  /** Changes nothing. */
  async plan(db: Tx, { filter, limit, force = false }: BatchRequest): Promise<BatchPlan> {
    const { where, params } = waiting(filter);
    const { rows } = await db.query<{ matching: number; eligible: number }>(
      `SELECT count(*)::int AS matching,
              count(*) FILTER (WHERE ${this.eligible(params, force)})::int AS eligible
       FROM waybill.dead_letters WHERE ${where}`,
      params,
    );
    const { matching, eligible } = rows[0]!;
    return { matching, selected: Math.min(eligible, limit ?? eligible), refused: matching - eligible };
  }

  /** Undefined when there is nothing to resubmit, and then nothing is changed. */
  async begin(tx: Tx, { by, filter, limit, ratePerSecond, force = false }: BatchRequest): Promise<Batch | undefined> {
    const id = uuidv7();
    await tx.query(
      `INSERT INTO waybill.dead_letter_batches (id, by, filter, force, rate_per_second, selected) VALUES ($1, $2, $3, $4, $5, 0)`,
      [id, by, JSON.stringify(filter), force, ratePerSecond ?? null],
    );
    const { where, params } = waiting(filter);
    const eligible = this.eligible(params, force);
    const batch = params.push(id);
    const { rowCount } = await tx.query(
      `UPDATE waybill.dead_letters SET batch = $${batch} WHERE id IN (
         SELECT id FROM waybill.dead_letters WHERE ${where} AND ${eligible} ORDER BY id LIMIT $${params.push(limit ?? null)}
         FOR UPDATE)`,
      params,
    );
    if (rowCount === 0) {
      await tx.query('DELETE FROM waybill.dead_letter_batches WHERE id = $1', [id]);
      return undefined;
    }
    await tx.query('UPDATE waybill.dead_letter_batches SET selected = $2 WHERE id = $1', [id, rowCount]);
    return this.find(tx, id);
  }

  /** Resubmits the next letters of one batch whose time has come; false when there is none. */
  async step(tx: Tx): Promise<boolean> {
    const { rows } = await tx.query<BatchRow>(
      `SELECT * FROM waybill.dead_letter_batches WHERE status = 'running' AND next_at <= now()
       ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    const batch = rows[0];
    if (!batch) return false;
    const { id, by, force, rate_per_second: rate } = batch;
    const count = rate ? Math.ceil(rate / STEPS_A_SECOND) : AT_ONCE;
    const { rows: letters } = await tx.query<{ id: string }>(
      `SELECT id FROM waybill.dead_letters WHERE batch = $1 AND status = 'waiting' ORDER BY id LIMIT $2 FOR UPDATE`,
      [id, count],
    );
    for (const letter of letters) await this.review.resubmit(tx, letter.id, { by, force, batch: id });
    await tx.query(
      `UPDATE waybill.dead_letter_batches
       SET resubmitted = resubmitted + $2, next_at = now() + $3::float8 * interval '1 second',
           status = CASE WHEN $4 THEN 'done' ELSE 'running' END, ended_at = CASE WHEN $4 THEN now() END
       WHERE id = $1`,
      [id, letters.length, rate ? letters.length / rate : 0, letters.length < count],
    );
    return true;
  }

  /** Milliseconds until the next step of any batch; undefined when none is running. */
  async nextStepIn(db: Tx): Promise<number | undefined> {
    const { rows } = await db.query<{ ms: number | null }>(
      `SELECT (extract(epoch FROM min(next_at) - clock_timestamp()) * 1000)::float8 AS ms
       FROM waybill.dead_letter_batches WHERE status = 'running'`,
    );
    const ms = rows[0]?.ms ?? undefined;
    return ms === undefined ? undefined : Math.max(0, ms);
  }

  /** Undefined when there is none with this id, which must be a UUID. */
  async find(db: Tx, id: string): Promise<Batch | undefined> {
    const { rows } = await db.query<BatchRow>('SELECT * FROM waybill.dead_letter_batches WHERE id = $1', [id]);
    return rows[0] && toBatch(rows[0]);
  }

  private eligible(params: unknown[], force: boolean): string {
    const fewEnough = `($${params.push(force)}::boolean OR resubmissions < $${params.push(this.review.maxResubmissions)})`;
    return `batch IS NULL AND ${fewEnough}`;
  }
}

function waiting(filter: Omit<LetterFilter, 'status'>) {
  const { where, params } = conditions({ ...filter, status: 'waiting' });
  return { where: where.join(' AND '), params };
}

interface BatchRow {
  id: string;
  by: string;
  filter: object;
  force: boolean;
  rate_per_second: number | null;
  selected: number;
  resubmitted: number;
  status: 'running' | 'done';
  created_at: Date;
  ended_at: Date | null;
}

const toBatch = (row: BatchRow): Batch => ({
  id: row.id,
  by: row.by,
  filter: row.filter,
  ratePerSecond: row.rate_per_second,
  force: row.force,
  status: row.status,
  selected: row.selected,
  resubmitted: row.resubmitted,
  passedOver: row.status === 'done' ? row.selected - row.resubmitted : 0,
  createdAt: row.created_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
});
