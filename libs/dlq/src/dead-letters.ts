import { createHash } from 'node:crypto';
import type { Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import { failureGroupOf } from './failure-group.js';
import type { FoundLetter } from './letter.js';

/**
 * `new`: the first one of this message. `again`: the message has failed once more, and waits again. `known`: this failure
 * was taken in before, and nothing has changed.
 */
export type TakenIn = 'new' | 'again' | 'known';

/** Takes dead letters into the tables. */
export class DeadLetters {
  /** Acknowledge the message when the transaction has committed; coming again after a crash it is `known`. */
  async takeIn(tx: Tx, letter: FoundLetter): Promise<TakenIn> {
    const identity = identityOf(letter);
    const id = uuidv7();
    const values = valuesOf(letter);
    const { rowCount: isNew } = await tx.query(INSERT, [id, identity, ...values]);
    if (isNew) {
      await tx.query(NOTE_FAILURE, [id, letter.at.consumer, letter.error, letter.failure]);
      return 'new';
    }
    const { rows } = await tx.query<{ id: string }>(LOCK, [identity]);
    const known = rows[0]?.id;
    // It has expired since the insert.
    if (!known) return this.takeIn(tx, letter);
    const { rowCount: isAnother } = await tx.query(NOTE_FAILURE, [
      known,
      letter.at.consumer,
      letter.error,
      letter.failure,
    ]);
    if (!isAnother) return 'known';
    await tx.query(FAILED_AGAIN, [known, ...values]);
    return 'again';
  }
}

/** A message that one consumer gave up, however often. */
const identityOf = ({ at, messageId }: FoundLetter): string =>
  createHash('sha256')
    .update(JSON.stringify([at.source, at.consumer, messageId]))
    .digest('hex');

/** In the order of COLUMNS. */
function valuesOf(letter: FoundLetter): unknown[] {
  const { at, headers, body } = letter;
  const { group, pattern, place } = failureGroupOf(letter);
  return [
    at.kind,
    at.source,
    at.consumer,
    letter.class,
    letter.error,
    letter.stack ?? null,
    pattern,
    place,
    group,
    letter.attempts,
    letter.messageId,
    letter.type,
    letter.key,
    letter.traceId,
    letter.dataschema,
    letter.firstFailedAt,
    letter.lastFailedAt,
    JSON.stringify(headers),
    body,
  ];
}

const COLUMNS = `source_kind, source, consumer, class, error, stack, pattern, place, failure_group, attempts, message_id, type,
  key, trace_id, dataschema, first_failed_at, last_failed_at, headers, body`;

const INSERT = `
  INSERT INTO waybill.dead_letters (id, identity, ${COLUMNS})
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
  ON CONFLICT (identity) DO NOTHING`;

const LOCK = 'SELECT id FROM waybill.dead_letters WHERE identity = $1 FOR UPDATE';

const NOTE_FAILURE = `
  INSERT INTO waybill.dead_letter_acts (dead_letter, act, by, detail, failure) VALUES ($1, 'failed', $2, $3, $4)
  ON CONFLICT (dead_letter, failure) DO NOTHING`;

const FAILED_AGAIN = `
  UPDATE waybill.dead_letters
  SET (${COLUMNS}) = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20),
      status = 'waiting', decided_at = NULL, version = version + 1
  WHERE id = $1`;
