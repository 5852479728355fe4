import { type Outbox, PostgresOutbox, type Tx } from '@waybill/outbox';
import type { DeadLetter } from './letter.js';
import { type LetterRow, SHOWN, toLetter } from './letter-rows.js';
import { discarding, type Resubmitted, resubmission } from './resubmission.js';

export interface ReviewOptions {
  /** Where resubmitted messages are left. Default `waybill.outbox` of the same database. */
  outbox?: Outbox;
  /** What is wrong with these bytes as the body of a message of this type; undefined when nothing is. Default: nothing. */
  complaintAbout?: (type: string, body: Buffer) => string | undefined;
  /** How often a letter may be resubmitted before it has to be forced, so that it goes round no more. Default 3. */
  maxResubmissions?: number;
}

/** Who decides, and about what they have seen. */
export interface Decision {
  by: string;
  /** The letter's version that the decision is about. Default: whichever there is. */
  version?: number | undefined;
  /** The batch that it is part of. */
  batch?: string | undefined;
}

export interface ResubmitDecision extends Decision {
  /** Sent in place of the body. */
  body?: Buffer | undefined;
  /** Also when it was resubmitted too often. */
  force?: boolean | undefined;
}

export interface DiscardDecision extends Decision {
  reason: string;
}

/**
 * Why nothing was done. `unknown`: there is no such letter or batch; `decided`: it waits or runs no longer; `changed`: it is
 * not what the operator has seen; `too-often`: it has to be forced; `does-not-fit`: the edited body is none of its type.
 */
export type RefusalReason = 'unknown' | 'decided' | 'changed' | 'too-often' | 'does-not-fit';

/** Nothing was done; the message says why, in words for an operator. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly reason: RefusalReason,
    message: string,
  ) {
    super(message);
  }
}

export const MAX_RESUBMISSIONS = 3;

/**
 * What operators decide about dead letters. A decision, its entry in the history and the message that carries it out are
 * one transaction. Of two who decide about the same letter one wins, and the other is refused.
 */
export class Review {
  readonly maxResubmissions: number;
  private readonly outbox: Outbox;
  private readonly complaintAbout: NonNullable<ReviewOptions['complaintAbout']>;

  constructor({
    outbox = new PostgresOutbox(),
    complaintAbout = () => undefined,
    maxResubmissions = MAX_RESUBMISSIONS,
  }: ReviewOptions = {}) {
    this.outbox = outbox;
    this.complaintAbout = complaintAbout;
    this.maxResubmissions = maxResubmissions;
  }

  /** Sends it to the one consumer that gave it up, once `tx` commits. Throws Refused. */
  async resubmit(tx: Tx, id: string, { by, body, version, force, batch }: ResubmitDecision): Promise<DeadLetter> {
    const letter = await lockWaiting(tx, id, version);
    if (letter.resubmissions >= this.maxResubmissions && !force) {
      throw new Refused(
        'too-often',
        `it was resubmitted ${letter.resubmissions} times and failed each time: force it to try once more`,
      );
    }
    const complaint = body && this.complaintAbout(letter.type, body);
    if (complaint) throw new Refused('does-not-fit', complaint);

    await this.outbox.add(tx, resubmission(toResubmitted(letter), by, body));
    await note(tx, id, { act: 'resubmitted', by, detail: force ? 'forced' : null, body, batch });
    return change(tx, id, `status = 'resubmitted', resubmissions = resubmissions + 1`);
  }

  /** Goes on without it. Throws Refused. */
  async discard(tx: Tx, id: string, { by, version, reason, batch }: DiscardDecision): Promise<DeadLetter> {
    const letter = await lockWaiting(tx, id, version);
    const word = discarding(toResubmitted(letter), by);
    if (word) await this.outbox.add(tx, word);
    await note(tx, id, { act: 'discarded', by, detail: reason, batch });
    return change(tx, id, `status = 'discarded'`);
  }
}

interface WaitingRow extends LetterRow {
  source_kind: 'queue' | 'topic';
  headers: Record<string, string>;
  body: Buffer;
}

/** Whoever comes second waits here for the first one to commit, and then finds it decided. */
async function lockWaiting(tx: Tx, id: string, version: number | undefined): Promise<WaitingRow> {
  const { rows } = await tx.query<WaitingRow>(
    `SELECT ${SHOWN}, source_kind, headers, body FROM waybill.dead_letters WHERE id = $1 FOR UPDATE`,
    [id],
  );
  const letter = rows[0];
  if (!letter) throw new Refused('unknown', `there is no dead letter ${id}`);
  if (letter.status !== 'waiting') {
    throw new Refused('decided', `nothing was changed: it is ${letter.status} already, ${await lastAct(tx, id)}`);
  }
  if (version !== undefined && version !== letter.version) {
    throw new Refused('changed', `nothing was changed: you have seen version ${version}, it is ${letter.version} now`);
  }
  return letter;
}

async function lastAct(tx: Tx, id: string): Promise<string> {
  const { rows } = await tx.query<{ by: string; at: Date }>(
    `SELECT by, at FROM waybill.dead_letter_acts WHERE dead_letter = $1 AND act <> 'failed' ORDER BY seq DESC LIMIT 1`,
    [id],
  );
  return `by ${rows[0]?.by} at ${rows[0]?.at.toISOString()}`;
}

async function note(
  tx: Tx,
  id: string,
  act: { act: string; by: string; detail: string | null; body?: Buffer | undefined; batch?: string | undefined },
): Promise<void> {
  await tx.query(
    `INSERT INTO waybill.dead_letter_acts (dead_letter, act, by, detail, edited_body, batch) VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, act.act, act.by, act.detail, act.body ?? null, act.batch ?? null],
  );
}

async function change(tx: Tx, id: string, what: string): Promise<DeadLetter> {
  const { rows } = await tx.query<LetterRow>(
    `UPDATE waybill.dead_letters SET ${what}, batch = NULL, decided_at = now(), version = version + 1
     WHERE id = $1 RETURNING ${SHOWN}`,
    [id],
  );
  return toLetter(rows[0]!);
}

const toResubmitted = ({
  source_kind,
  source,
  consumer,
  message_id,
  type,
  key,
  headers,
  body,
}: WaitingRow): Resubmitted => ({
  sourceKind: source_kind,
  source,
  consumer,
  messageId: message_id,
  type,
  key,
  headers,
  body,
});
