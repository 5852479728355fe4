import { type Outbox, PostgresOutbox, type Tx } from '@waybill/outbox';
import type { DeadLetter } from './dead-letter.js';
import { discardTask, resubmission } from './resubmission.js';
import { ReviewError } from './review-error.js';
import { ReviewedRows } from './reviewed-rows.js';

export interface ReviewOptions {
  /** Sends resubmitted messages. Default: table `outbox` of the same schema and database. */
  outbox?: Outbox;
  /** What is wrong with these bytes as the body of a message of this type; undefined when nothing is. Default: nothing. */
  validateBody?: (type: string, body: Buffer) => string | undefined;
  /** Resubmissions of a dead letter before the next one has to be forced: a guard against loops. Default 3. */
  maxResubmissions?: number;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string | undefined;
  /** Default `waybill`. */
  namespace?: string | undefined;
}

/** Who resolves a dead letter, and which version they have seen. */
export interface Decision {
  by: string;
  /** The version that the operator has seen. Default: any. */
  version?: number | undefined;
  /** The batch that it is part of. */
  batch?: string | undefined;
}

export interface ResubmitDecision extends Decision {
  /** Sent in place of the body. */
  body?: Buffer | undefined;
  /** Even if it was resubmitted too often. */
  force?: boolean | undefined;
}

export interface DiscardDecision extends Decision {
  reason: string;
}

export const MAX_RESUBMISSIONS = 3;

/**
 * Resolves dead letters. The new status, its entry in the history and the message that goes out are one transaction. Of two
 * operators who resolve the same dead letter one wins, and the other gets a `ReviewError`.
 */
export class Review {
  readonly maxResubmissions: number;
  private readonly outbox: Outbox;
  private readonly validateBody: NonNullable<ReviewOptions['validateBody']>;
  private readonly rows: ReviewedRows;
  private readonly namespace: string | undefined;

  constructor({
    schema,
    namespace,
    outbox = new PostgresOutbox({ schema }),
    validateBody = () => undefined,
    maxResubmissions = MAX_RESUBMISSIONS,
  }: ReviewOptions = {}) {
    this.outbox = outbox;
    this.validateBody = validateBody;
    this.maxResubmissions = maxResubmissions;
    this.rows = new ReviewedRows(schema);
    this.namespace = namespace;
  }

  /** Sends it to the one consumer that dead-lettered it, once `tx` commits. Throws ReviewError. */
  async resubmit(tx: Tx, id: string, { by, body, version, force, batch }: ResubmitDecision): Promise<DeadLetter> {
    const row = await this.rows.lockWaiting(tx, id, version);
    if (row.resubmissions >= this.maxResubmissions && !force) {
      throw new ReviewError(
        'too-often',
        `it was resubmitted ${row.resubmissions} times and failed each time: force it to try once more`,
      );
    }
    const mismatch = body && this.validateBody(row.type, body);
    if (mismatch) throw new ReviewError('schema-mismatch', mismatch);

    await this.outbox.add(tx, resubmission(row, { by, body, namespace: this.namespace }));
    await this.rows.record(tx, id, { act: 'resubmitted', by, detail: force ? 'forced' : null, body, batch });
    return this.rows.resolve(tx, id, `status = 'resubmitted', resubmissions = resubmissions + 1`);
  }

  /** Goes on without it. Throws ReviewError. */
  async discard(tx: Tx, id: string, { by, version, reason, batch }: DiscardDecision): Promise<DeadLetter> {
    const row = await this.rows.lockWaiting(tx, id, version);
    const task = discardTask(row, { by, namespace: this.namespace });
    if (task) await this.outbox.add(tx, task);
    await this.rows.record(tx, id, { act: 'discarded', by, detail: reason, batch });
    return this.rows.resolve(tx, id, `status = 'discarded'`);
  }
}
