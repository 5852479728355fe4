import { type Outbox, type OutboxMessage, PostgresOutbox, type Tx } from '@waybill/outbox';
import { AuditLog } from './audit-log.js';
import type { DeadLetter } from './dead-letter.js';
import { discardTask, resubmission, type StoredMessage } from './resubmission.js';
import { type BodyError, ReviewError } from './review-error.js';
import { ReviewedRows } from './reviewed-rows.js';

export interface ReviewOptions {
  /** Sends resubmitted messages. Default: table `outbox` of the same schema and database. */
  outbox?: Outbox;
  /** Says what is wrong with an edited body for its type. Default: nothing ever is. */
  validateBody?: (type: string, body: Buffer) => readonly BodyError[];
  /** Messages that leave with the decision to discard a dead letter. Default: none, but to a consumer that parked its key. */
  whenDiscarded?: (deadLetter: StoredMessage) => OutboxMessage[];
  /** Resubmissions of a dead letter before the next one needs `force`: a guard against loops. Default 3. */
  maxResubmissions?: number;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
  /** Namespace of the failure headers and of the release tasks. Default `waybill`. */
  namespace?: string | undefined;
}

export interface ResolveOptions {
  /** The operator, for the history. */
  by: string;
  /** The version that the operator saw; another one throws a ReviewError. Default: any. */
  version?: number | undefined;
  /** The batch that it is part of. */
  batch?: string | undefined;
}

export interface ResubmitOptions extends ResolveOptions {
  /** Replaces the body. */
  body?: Buffer | undefined;
  /** Even after `maxResubmissions`. */
  force?: boolean | undefined;
}

export interface DiscardOptions extends ResolveOptions {
  reason: string;
}

export const MAX_RESUBMISSIONS = 3;

/**
 * Resolves dead letters. The new status, its history entry and the outgoing message commit together. When two operators
 * resolve the same dead letter, one wins and the other gets a `ReviewError`.
 */
export class Review {
  readonly maxResubmissions: number;
  private readonly outbox: Outbox;
  private readonly validateBody: NonNullable<ReviewOptions['validateBody']>;
  private readonly whenDiscarded: NonNullable<ReviewOptions['whenDiscarded']>;
  private readonly rows: ReviewedRows;
  private readonly audit: AuditLog;
  private readonly namespace: string | undefined;

  constructor({
    schema,
    namespace,
    outbox = new PostgresOutbox({ schema }),
    validateBody = () => [],
    whenDiscarded = () => [],
    maxResubmissions = MAX_RESUBMISSIONS,
  }: ReviewOptions = {}) {
    this.outbox = outbox;
    this.validateBody = validateBody;
    this.whenDiscarded = whenDiscarded;
    this.maxResubmissions = maxResubmissions;
    this.rows = new ReviewedRows(schema);
    this.audit = new AuditLog({ schema });
    this.namespace = namespace;
  }

  /** Sends it to the one consumer that dead-lettered it, once `tx` commits. Throws ReviewError. */
  async resubmit(tx: Tx, id: string, { by, body, version, force, batch }: ResubmitOptions): Promise<DeadLetter> {
    const row = await this.rows.lockWaiting(tx, id, version);
    if (row.resubmissions >= this.maxResubmissions && !force) {
      throw new ReviewError(
        'too-often',
        `it was resubmitted ${row.resubmissions} times and failed each time: use force to try once more`,
      );
    }
    const bodyErrors = body ? this.validateBody(row.type, body) : [];
    if (bodyErrors.length) throw new ReviewError('schema-mismatch', `not a ${row.type || 'message'}`, bodyErrors);

    if (!batch) {
      const detail = [body && 'edited', force && 'forced'].filter(Boolean).join(', ') || null;
      await this.audit.record(tx, { by, action: 'resubmit', deadLetter: id, subject: row.type, detail });
    }
    await this.outbox.add(tx, resubmission(row, { by, body, namespace: this.namespace }));
    await this.rows.record(tx, id, { event: 'resubmitted', by, detail: force ? 'forced' : null, body, batch });
    return this.rows.resolve(tx, id, `status = 'resubmitted', resubmissions = resubmissions + 1`);
  }

  /** Drops the message; later events of its key continue. Throws ReviewError. */
  async discard(tx: Tx, id: string, { by, version, reason, batch }: DiscardOptions): Promise<DeadLetter> {
    const row = await this.rows.lockWaiting(tx, id, version);
    const task = discardTask(row, { by, namespace: this.namespace });
    await this.outbox.add(tx, ...(task ? [task] : []), ...this.whenDiscarded(row));
    await this.rows.record(tx, id, { event: 'discarded', by, detail: reason, batch });
    if (!batch)
      await this.audit.record(tx, { by, action: 'discard', deadLetter: id, subject: row.type, detail: reason });
    return this.rows.resolve(tx, id, `status = 'discarded'`);
  }
}
