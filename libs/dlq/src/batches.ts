import type { Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import { conditions, type LetterFilter } from './dead-letter-queries.js';
import { Refused, type Review } from './review.js';

export const BATCH_ACTIONS = ['resubmit', 'discard'] as const;
export type BatchAction = (typeof BATCH_ACTIONS)[number];

export const BATCH_STATUSES = ['running', 'done', 'stopped'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** Which letters a batch decides about, and how fast. */
export interface BatchSelection {
  by: string;
  /** Which of those that wait. */
  filter: Omit<LetterFilter, 'status'>;
  /** At most so many, the oldest first. Default all. */
  limit?: number | undefined;
  /** Default as fast as it goes. */
  ratePerSecond?: number | undefined;
  /** Resubmits also those that were resubmitted too often; discarded they are in any case. Default false. */
  force?: boolean | undefined;
}

/** What is to become of them. Default: they are resubmitted. */
export type BatchRequest = BatchSelection &
  ({ action?: 'resubmit'; reason?: undefined } | { action: 'discard'; reason: string });

/** What a batch would do. */
export interface BatchPlan {
  /** Waiting letters that the filter means. */
  matching: number;
  /** How many of them it would decide about. */
  selected: number;
  /** How many it would not, because they were resubmitted too often or are part of a running batch. */
  refused: number;
}

export interface Batch {
  id: string;
  action: BatchAction;
  by: string;
  /** Why letters are discarded. */
  reason: string | null;
  filter: object;
  ratePerSecond: number | null;
  force: boolean;
  status: BatchStatus;
  selected: number;
  /** Resubmitted or discarded by it so far. */
  decided: number;
  /** Of those selected, decided by somebody else before their turn came; known when it has ended. */
  passedOver: number;
  /** Of those selected, waiting again because it was stopped. */
  released: number;
  createdAt: string;
  /** When it was done or stopped. */
  endedAt: string | null;
  stoppedBy: string | null;
}

/** So many letters a transaction, when there is no rate. */
const AT_ONCE = 50;
/** Above this rate, letters go several at a time. */
const STEPS_A_SECOND = 10;

/**
 * Resubmits or discards many letters, at a rate. Which letters, and how far it is, stands in the tables: whoever takes the next step
 * after a crash goes on where it stopped, and any number of processes may take steps.
 */
export class Batches {
  constructor(private readonly review: Review) {}

  /** Changes nothing. */
  async plan(db: Tx, request: BatchRequest): Promise<BatchPlan> {
    const { where, params } = waiting(request.filter);
    const { rows } = await db.query<{ matching: number; eligible: number }>(
      `SELECT count(*)::int AS matching,
              count(*) FILTER (WHERE ${this.eligible(params, request)})::int AS eligible
       FROM waybill.dead_letters WHERE ${where}`,
      params,
    );
    const { matching, eligible } = rows[0]!;
    return { matching, selected: Math.min(eligible, request.limit ?? eligible), refused: matching - eligible };
  }

  /** Undefined when there is nothing to decide about, and then nothing is changed. */
  async begin(tx: Tx, request: BatchRequest): Promise<Batch | undefined> {
    const { by, filter, limit, ratePerSecond, force = false, action = 'resubmit', reason } = request;
    const id = uuidv7();
    await tx.query(
      `INSERT INTO waybill.dead_letter_batches (id, by, action, reason, filter, force, rate_per_second, selected)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
      [id, by, action, reason ?? null, JSON.stringify(filter), force, ratePerSecond ?? null],
    );
    const { where, params } = waiting(filter);
    const eligible = this.eligible(params, request);
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

  /** Decides about the next letters of one batch whose time has come; false when there is none. */
  async step(tx: Tx): Promise<boolean> {
    const { rows } = await tx.query<BatchRow>(
      `SELECT * FROM waybill.dead_letter_batches WHERE status = 'running' AND next_at <= now()
       ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    const batch = rows[0];
    if (!batch) return false;
    const { id, rate_per_second: rate } = batch;
    const count = rate ? Math.ceil(rate / STEPS_A_SECOND) : AT_ONCE;
    const { rows: letters } = await tx.query<{ id: string }>(
      `SELECT id FROM waybill.dead_letters WHERE batch = $1 AND status = 'waiting' ORDER BY id LIMIT $2 FOR UPDATE`,
      [id, count],
    );
    for (const letter of letters) await this.decide(tx, letter.id, batch);
    await tx.query(
      `UPDATE waybill.dead_letter_batches
       SET decided = decided + $2, next_at = now() + $3::float8 * interval '1 second',
           status = CASE WHEN $4 THEN 'done' ELSE 'running' END, ended_at = CASE WHEN $4 THEN now() END
       WHERE id = $1`,
      [id, letters.length, rate ? letters.length / rate : 0, letters.length < count],
    );
    return true;
  }

  /**
   * Ends a batch before its time: what it has not decided yet waits for anybody again. Throws Refused when it has ended
   * already, or there is none with this id, which must be a UUID.
   */
  async stop(tx: Tx, id: string, by: string): Promise<Batch> {
    // A step that is under way is waited for.
    const { rows } = await tx.query<BatchRow>('SELECT * FROM waybill.dead_letter_batches WHERE id = $1 FOR UPDATE', [
      id,
    ]);
    const batch = rows[0];
    if (!batch) throw new Refused('unknown', `there is no batch ${id}`);
    if (batch.status !== 'running') throw new Refused('decided', `nothing was changed: ${ending(batch)}`);
    const { rowCount } = await tx.query('UPDATE waybill.dead_letters SET batch = NULL WHERE batch = $1', [id]);
    const { rows: stopped } = await tx.query<BatchRow>(
      `UPDATE waybill.dead_letter_batches SET status = 'stopped', stopped_by = $2, released = $3, ended_at = now()
       WHERE id = $1 RETURNING *`,
      [id, by, rowCount],
    );
    return toBatch(stopped[0]!);
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

  private decide(tx: Tx, letter: string, { id: batch, by, action, reason, force }: BatchRow): Promise<unknown> {
    return action === 'discard'
      ? this.review.discard(tx, letter, { by, reason: reason!, batch })
      : this.review.resubmit(tx, letter, { by, force, batch });
  }

  private eligible(params: unknown[], { action, force }: BatchRequest): string {
    if (action === 'discard' || force) return 'batch IS NULL';
    return `batch IS NULL AND resubmissions < $${params.push(this.review.maxResubmissions)}`;
  }
}

function waiting(filter: Omit<LetterFilter, 'status'>) {
  const { where, params } = conditions({ ...filter, status: 'waiting' });
  return { where: where.join(' AND '), params };
}

const ending = ({ status, stopped_by, ended_at }: BatchRow): string =>
  status === 'done' ? 'it is done already' : `it is stopped already, by ${stopped_by} at ${ended_at?.toISOString()}`;

interface BatchRow {
  id: string;
  action: BatchAction;
  by: string;
  reason: string | null;
  filter: object;
  force: boolean;
  rate_per_second: number | null;
  selected: number;
  decided: number;
  released: number;
  status: BatchStatus;
  created_at: Date;
  ended_at: Date | null;
  stopped_by: string | null;
}

const toBatch = (row: BatchRow): Batch => ({
  id: row.id,
  action: row.action,
  by: row.by,
  reason: row.reason,
  filter: row.filter,
  ratePerSecond: row.rate_per_second,
  force: row.force,
  status: row.status,
  selected: row.selected,
  decided: row.decided,
  passedOver: row.status === 'running' ? 0 : row.selected - row.decided - row.released,
  released: row.released,
  createdAt: row.created_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
  stoppedBy: row.stopped_by,
});
