import { createHash } from 'node:crypto';
import { attributeOf } from '@waybill/messaging';
import { schemaName, type Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import type { CollectedDeadLetter } from './dead-letter.js';
import { failureGroupOf } from './failure-group.js';

/**
 * `new`: the first dead letter of this message. `again`: the message failed once more and is waiting again. `known`: this
 * failure was collected before; nothing was changed.
 */
export type CollectResult = 'new' | 'again' | 'known';

/** Writes collected dead letters to the tables. */
export class DeadLetterStore {
  private readonly sql: ReturnType<typeof statements>;

  constructor({ schema }: { schema?: string | undefined } = {}) {
    this.sql = statements(schemaName(schema));
  }

  /** Acknowledge the message after the transaction commits. If a crash prevents that, its redelivery is `known`. */
  async collect(tx: Tx, deadLetter: CollectedDeadLetter): Promise<CollectResult> {
    const identity = identityOf(deadLetter);
    const id = uuidv7();
    const values = valuesOf(deadLetter);
    const { rowCount: isNew } = await tx.query(this.sql.insert, [id, identity, ...values]);
    if (isNew) {
      await tx.query(this.sql.recordFailure, [id, deadLetter.from.consumer, deadLetter.error, deadLetter.failure]);
      return 'new';
    }
    const { rows } = await tx.query<{ id: string }>(this.sql.lock, [identity]);
    const known = rows[0]?.id;
    // The expiry deleted it after the insert found it.
    if (!known) return this.collect(tx, deadLetter);
    const { rowCount: isAnother } = await tx.query(this.sql.recordFailure, [
      known,
      deadLetter.from.consumer,
      deadLetter.error,
      deadLetter.failure,
    ]);
    if (!isAnother) return 'known';
    await tx.query(this.sql.failAgain, [known, ...values]);
    return 'again';
  }
}

/** One consumer's failures of one message, which its CloudEvents source and id identify, are one dead letter. */
const identityOf = ({ from, messageId, headers }: CollectedDeadLetter): string =>
  createHash('sha256')
    .update(
      JSON.stringify([
        from.source,
        from.consumer,
        attributeOf(headers, 'source') ?? '',
        attributeOf(headers, 'id') || messageId,
      ]),
    )
    .digest('hex');

/** In the order of COLUMNS. */
function valuesOf(deadLetter: CollectedDeadLetter): unknown[] {
  const { from, headers, body } = deadLetter;
  const { group, pattern, place } = failureGroupOf(deadLetter);
  return [
    from.kind,
    from.source,
    from.consumer,
    deadLetter.class,
    deadLetter.error,
    deadLetter.stack ?? null,
    pattern,
    place,
    group,
    deadLetter.attempts,
    deadLetter.messageId,
    deadLetter.type,
    deadLetter.key,
    deadLetter.traceId,
    deadLetter.dataschema,
    deadLetter.firstFailedAt,
    deadLetter.lastFailedAt,
    JSON.stringify(headers),
    body,
  ];
}

const COLUMNS = `source_kind, source, consumer, class, error, stack, pattern, place, failure_group, attempts, message_id, type,
  key, trace_id, dataschema, first_failed_at, last_failed_at, headers, body`;

const statements = (schema: string) => ({
  insert: `
    INSERT INTO ${schema}.dead_letters (id, identity, ${COLUMNS})
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
    ON CONFLICT (identity) DO NOTHING`,
  lock: `SELECT id FROM ${schema}.dead_letters WHERE identity = $1 FOR UPDATE`,
  recordFailure: `
    INSERT INTO ${schema}.dead_letter_history (dead_letter, event, by, detail, failure) VALUES ($1, 'failed', $2, $3, $4)
    ON CONFLICT (dead_letter, failure) DO NOTHING`,
  failAgain: `
    UPDATE ${schema}.dead_letters
    SET (${COLUMNS}) = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20),
        status = 'waiting', resolved_at = NULL, version = version + 1
    WHERE id = $1`,
});
