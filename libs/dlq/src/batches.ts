import { schemaName, type Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import { AuditLog } from './audit-log.js';
import {
  type Batch,
  type BatchPlan,
  type BatchRequest,
  type BatchRow,
  type BatchStatus,
  isUnfinished,
  toBatch,
} from './batch.js';
import { conditions, type DeadLetterFilter } from './dead-letter-filter.js';
import { type Page, type PageRequest, pageOf } from './page.js';
import type { Review } from './review.js';
import { ReviewError } from './review-error.js';

/** Dead letters per transaction when there is no rate. */
const STEP_SIZE = 50;
/** A batch with a higher rate resolves several dead letters per step. */
const STEPS_PER_SECOND = 10;

/**
 * Resubmits or discards many dead letters, at a rate. Selection and progress are in the tables, so that any process can run
 * the next step, also after a crash.
 */
export class Batches {
  private readonly schema: string;
  private readonly audit: AuditLog;

  constructor(
    private readonly review: Review,
    { schema }: { schema?: string | undefined } = {},
  ) {
    this.schema = schemaName(schema);
    this.audit = new AuditLog({ schema });
  }

  /** A dry run: what `begin` would select. */
  async plan(db: Tx, request: BatchRequest): Promise<BatchPlan> {
    const { where, params } = waiting(request.filter);
    const { rows } = await db.query<{ matching: number; eligible: number }>(
      `SELECT count(*)::int AS matching,
              count(*) FILTER (WHERE ${this.eligible(params, request)})::int AS eligible
       FROM ${this.schema}.dead_letters WHERE ${where}`,
      params,
    );
    const { matching, eligible } = rows[0]!;
    return { matching, selected: Math.min(eligible, request.limit ?? eligible), excluded: matching - eligible };
  }

  /** Selects the dead letters; a BatchRunner resolves them. Undefined, without any change, when there are none. */
  async begin(tx: Tx, request: BatchRequest): Promise<Batch | undefined> {
    const { by, filter, limit, ratePerSecond, force = false, action = 'resubmit', reason } = request;
    const id = uuidv7();
    await tx.query(
      `INSERT INTO ${this.schema}.dead_letter_batches (id, by, action, reason, filter, force, rate_per_second, selected)
       VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`,
      [id, by, action, reason ?? null, JSON.stringify(filter), force, ratePerSecond ?? null],
    );
    const { where, params } = waiting(filter);
    const eligible = this.eligible(params, request);
    const batch = params.push(id);
    const { rowCount } = await tx.query(
      `UPDATE ${this.schema}.dead_letters SET batch = $${batch} WHERE id IN (
         SELECT id FROM ${this.schema}.dead_letters WHERE ${where} AND ${eligible} ORDER BY id LIMIT $${params.push(limit ?? null)}
         FOR UPDATE)`,
      params,
    );
    if (rowCount === 0) {
      await tx.query(`DELETE FROM ${this.schema}.dead_letter_batches WHERE id = $1`, [id]);
      return undefined;
    }
    await tx.query(`UPDATE ${this.schema}.dead_letter_batches SET selected = $2 WHERE id = $1`, [id, rowCount]);
    const entry = { by, action: 'start-batch', batch: id, subject: action, detail: reason } as const;
    await this.audit.record(tx, { ...entry, count: rowCount });
    return this.find(tx, id);
  }

  /** Resolves the next dead letters of one batch, and releases those that cannot be; false when no batch is due. */
  async step(tx: Tx): Promise<boolean> {
    const { rows } = await tx.query<BatchRow>(
      `SELECT * FROM ${this.schema}.dead_letter_batches WHERE status = 'running' AND next_at <= now()
       ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    const batch = rows[0];
    if (!batch) return false;
    const { id, rate_per_second: rate } = batch;
    const count = rate ? Math.ceil(rate / STEPS_PER_SECOND) : STEP_SIZE;
    const { rows: deadLetters } = await tx.query<{ id: string }>(
      `SELECT id FROM ${this.schema}.dead_letters WHERE batch = $1 AND status = 'waiting' ORDER BY id LIMIT $2 FOR UPDATE`,
      [id, count],
    );
    let resolved = 0;
    for (const deadLetter of deadLetters) if (await this.resolve(tx, deadLetter.id, batch)) resolved += 1;
    await tx.query(
      `UPDATE ${this.schema}.dead_letter_batches
       SET resolved = resolved + $4, next_at = now() + $2::float8 * interval '1 second',
           status = CASE WHEN $3 THEN 'done' ELSE 'running' END, ended_at = CASE WHEN $3 THEN now() END
       WHERE id = $1`,
      [id, rate ? deadLetters.length / rate : 0, deadLetters.length < count, resolved],
    );
    return true;
  }

  /** Lets the other batches go first when a step has failed: the batch that was due waits for so many seconds. */
  async postpone(db: Tx, seconds: number): Promise<void> {
    await db.query(
      `UPDATE ${this.schema}.dead_letter_batches SET next_at = now() + $1::float8 * interval '1 second'
       WHERE id = (SELECT id FROM ${this.schema}.dead_letter_batches
                   WHERE status = 'running' AND next_at <= now() ORDER BY next_at LIMIT 1)`,
      [seconds],
    );
  }

  /**
   * Ends a batch early and releases the dead letters it has not resolved yet. Throws ReviewError when the batch has ended
   * already, or there is none with this id, which must be a UUID.
   */
  async stop(tx: Tx, id: string, by: string): Promise<Batch> {
    const batch = await this.lock(tx, id);
    if (!isUnfinished(batch)) throw nothingChanged(batch);
    const { rowCount } = await tx.query(`UPDATE ${this.schema}.dead_letters SET batch = NULL WHERE batch = $1`, [id]);
    await this.audit.record(tx, { by, action: 'stop-batch', batch: id, subject: batch.action, count: rowCount });
    return this.change(tx, `status = 'stopped', stopped_by = $2, released = $3, paused_by = NULL, ended_at = now()`, [
      id,
      by,
      rowCount,
    ]);
  }

  /** Until it is resumed or stopped, it keeps its dead letters and resolves none. Throws ReviewError unless it is running. */
  async pause(tx: Tx, id: string, by: string): Promise<Batch> {
    const batch = await this.lock(tx, id);
    if (batch.status !== 'running') throw nothingChanged(batch);
    await this.audit.record(tx, { by, action: 'pause-batch', batch: id, subject: batch.action, count: left(batch) });
    return this.change(tx, `status = 'paused', paused_by = $2`, [id, by]);
  }

  /** Wake a BatchRunner after the commit. Throws ReviewError unless it is paused. */
  async resume(tx: Tx, id: string, by: string): Promise<Batch> {
    const batch = await this.lock(tx, id);
    if (batch.status !== 'paused') throw nothingChanged(batch);
    await this.audit.record(tx, { by, action: 'resume-batch', batch: id, subject: batch.action, count: left(batch) });
    return this.change(tx, `status = 'running', paused_by = NULL, next_at = now()`, [id]);
  }

  /** Latest first. */
  async list(db: Tx, { status }: { status?: BatchStatus | undefined }, page: PageRequest): Promise<Page<Batch>> {
    const { rows } = await db.query<BatchRow>(
      `SELECT * FROM ${this.schema}.dead_letter_batches
       WHERE ($1::text IS NULL OR status = $1) AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`,
      [status ?? null, page.cursor ?? null, page.limit + 1],
    );
    return pageOf(rows, page.limit, ({ id }) => id, toBatch);
  }

  /** Milliseconds until the next step of any batch; undefined when none is running. */
  async nextStepIn(db: Tx): Promise<number | undefined> {
    const { rows } = await db.query<{ ms: number | null }>(
      `SELECT (extract(epoch FROM min(next_at) - clock_timestamp()) * 1000)::float8 AS ms
       FROM ${this.schema}.dead_letter_batches WHERE status = 'running'`,
    );
    const ms = rows[0]?.ms ?? undefined;
    return ms === undefined ? undefined : Math.max(0, ms);
  }

  /** Undefined when there is none with this id, which must be a UUID. */
  async find(db: Tx, id: string): Promise<Batch | undefined> {
    const { rows } = await db.query<BatchRow>(`SELECT * FROM ${this.schema}.dead_letter_batches WHERE id = $1`, [id]);
    return rows[0] && toBatch(rows[0]);
  }

  /** Waits for a step in progress. */
  private async lock(tx: Tx, id: string): Promise<BatchRow> {
    const { rows } = await tx.query<BatchRow>(
      `SELECT * FROM ${this.schema}.dead_letter_batches WHERE id = $1 FOR UPDATE`,
      [id],
    );
    if (!rows[0]) throw new ReviewError('unknown', `there is no batch ${id}`);
    return rows[0];
  }

  private async change(tx: Tx, change: string, params: unknown[]): Promise<Batch> {
    const { rows } = await tx.query<BatchRow>(
      `UPDATE ${this.schema}.dead_letter_batches SET ${change} WHERE id = $1 RETURNING *`,
      params,
    );
    return toBatch(rows[0]!);
  }

  /** False when it cannot be resolved, one that names no destination for example: then it waits as before. */
  private async resolve(
    tx: Tx,
    deadLetter: string,
    { id: batch, by, action, reason, force }: BatchRow,
  ): Promise<boolean> {
    try {
      if (action === 'discard') await this.review.discard(tx, deadLetter, { by, reason: reason!, batch });
      else await this.review.resubmit(tx, deadLetter, { by, force, batch });
      return true;
    } catch (error) {
      if (!(error instanceof ReviewError)) throw error;
      await tx.query(`UPDATE ${this.schema}.dead_letters SET batch = NULL WHERE id = $1`, [deadLetter]);
      return false;
    }
  }

  private eligible(params: unknown[], { action, force }: BatchRequest): string {
    if (action === 'discard' || force) return 'batch IS NULL';
    return `batch IS NULL AND resubmissions < $${params.push(this.review.maxResubmissions)}`;
  }
}

function waiting(filter: Omit<DeadLetterFilter, 'status'>) {
  const { where, params } = conditions({ ...filter, status: 'waiting' });
  return { where: where.join(' AND '), params };
}

const left = ({ selected, resolved }: BatchRow): number => selected - resolved;

const nothingChanged = (batch: BatchRow): ReviewError =>
  new ReviewError('resolved', `nothing was changed: ${stateOf(batch)}`);

function stateOf({ status, paused_by, stopped_by, ended_at }: BatchRow): string {
  switch (status) {
    case 'running':
      return 'it is running';
    case 'paused':
      return `it was already paused by ${paused_by}`;
    case 'done':
      return 'it is already done';
    case 'stopped':
      return `it was already stopped by ${stopped_by} at ${ended_at?.toISOString()}`;
  }
}
