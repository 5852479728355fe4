import { allEnded, GroupCommit, type TransactionRunner, type Tx } from '@waybill/outbox';
import { type Answer, type GivenAnswer, given, kept, NotKept, type WorkAnswer } from './answer.js';
import {
  type IdempotencyKeys,
  type KeyedRequest,
  KeyInFlight,
  KeyReusedWithAnotherPayload,
  type KeyStorePromises,
} from './idempotency-keys.js';

export interface PostgresIdempotencyKeysOptions {
  /** How long a second request waits for the first one's answer before it is told 409, in milliseconds. Default 2,000. */
  wait?: number;
  /**
   * Requests with a key that may share one transaction at most. Default 1: none does. More is faster under load; it wants
   * work whose every statement stands alone (an insert, an upsert, a set-to), because row locks do not keep apart what
   * shares a transaction, and a connection that pipelines. Where one fails, all of its group are worked on again, each by
   * itself.
   */
  commitTogether?: number;
}

type Keyed = KeyedRequest & { key: string };
type Recorded = Answer & { fingerprint: string };
type Work = (tx: Tx) => Promise<WorkAnswer>;

/** A request that may share a transaction. */
interface Asked {
  request: Keyed;
  work: Work;
  /** Gives its answer, once there is one. */
  answer?: () => GivenAnswer;
}

/**
 * Keeps key, answer and effect in one transaction of the service's own database: after a crash there is either all of it
 * or nothing, and no mark that would have to time out. Needs READ COMMITTED.
 */
export class PostgresIdempotencyKeys implements IdempotencyKeys {
  readonly promises: KeyStorePromises = {
    exactlyOnceAfterCrash: true,
    inFlightAfterCrash: 0,
    refusesPayloadInFlight: false,
  };
  private readonly wait: number;
  private readonly commitTogether: number;
  private readonly groups = new WeakMap<TransactionRunner, GroupCommit<Asked>>();

  constructor({ wait = 2_000, commitTogether = 1 }: PostgresIdempotencyKeysOptions = {}) {
    this.wait = Math.max(1, wait); // to PostgreSQL 0 is: no limit
    this.commitTogether = commitTogether;
  }

  async once(db: TransactionRunner, request: KeyedRequest, work: Work): Promise<GivenAnswer> {
    try {
      // Without a key, what was kept though its commit seemed to fail would be done twice.
      if (this.commitTogether > 1 && hasKey(request)) {
        const asked: Asked = { request, work };
        await this.groupsOn(db).do(asked);
        if (asked.answer) return asked.answer();
      }
      return await db.transaction((tx) => this.doAlone(tx, request, work));
    } catch (error) {
      if (error instanceof NotKept) return given(error.answer, false);
      throw error;
    }
  }

  private async doAlone(tx: Tx, request: KeyedRequest, work: Work): Promise<GivenAnswer> {
    const recorded = hasKey(request) ? await this.claim(tx, request) : undefined;
    if (recorded) return replayOf(recorded, request);
    const answer = await kept(work(tx));
    if (hasKey(request)) await record(tx, [[request, answer]]);
    return given(answer, false);
  }

  private groupsOn(database: TransactionRunner): GroupCommit<Asked> {
    const known = this.groups.get(database);
    if (known) return known;
    const groups = new GroupCommit<Asked>({
      database,
      size: this.commitTogether,
      work: (tx, group) => this.doTogether(tx, group),
    });
    this.groups.set(database, groups);
    return groups;
  }

  /** Those whose key somebody else has are left without an answer. */
  private async doTogether(tx: Tx, group: readonly Asked[]): Promise<void> {
    const [only, ...others] = group;
    if (only && others.length === 0) {
      const answer = await this.doAlone(tx, only.request, only.work);
      only.answer = () => answer;
      return;
    }
    const fresh = await claimAll(tx, group);
    const answers = await allEnded(fresh.map(({ work }) => kept(work(tx))));
    await record(
      tx,
      fresh.map(({ request }, n) => [request, answers[n]!]),
    );
    for (const [n, asked] of fresh.entries()) asked.answer = () => given(answers[n]!, false);
  }

  /** The key's committed record, else the lock on the key until the transaction ends. One round trip. */
  private async claim(tx: Tx, { scope, key }: Keyed): Promise<Recorded | undefined> {
    try {
      const { rows } = await tx.query<Recorded>(
        'SELECT status, headers, body, fingerprint FROM waybill.claim_idempotency_key($1, $2, $3)',
        [scope, key, this.wait],
      );
      return rows[0];
    } catch (error) {
      if (isLockTimeout(error)) throw new KeyInFlight();
      throw error;
    }
  }
}

const hasKey = (request: KeyedRequest): request is Keyed => request.key !== undefined;

/**
 * Claims each key once, waiting for none. Returns those whose work is to be done now; gives those their answer whose key has
 * a record. One round trip.
 */
async function claimAll(tx: Tx, group: readonly Asked[]): Promise<Asked[]> {
  const fresh: Asked[] = [];
  const byKey = new Map<string, Asked>();
  for (const asked of group) {
    const both = JSON.stringify([asked.request.scope, asked.request.key]);
    if (!byKey.has(both)) byKey.set(both, asked);
  }
  const keyed = [...byKey.values()];
  const { rows } = await tx.query<{ claimed: boolean; status: number | null } & Recorded>(
    'SELECT claimed, status, headers, body, fingerprint FROM waybill.claim_idempotency_keys($1::text[], $2::text[])',
    [keyed.map(({ request }) => request.scope), keyed.map(({ request }) => request.key)],
  );
  for (const [n, { claimed, status, ...recorded }] of rows.entries()) {
    const asked = keyed[n]!;
    if (status !== null) asked.answer = () => replayOf({ status, ...recorded }, asked.request);
    else if (claimed) fresh.push(asked);
  }
  return fresh;
}

function replayOf(recorded: Recorded, request: KeyedRequest): GivenAnswer {
  if (recorded.fingerprint !== request.fingerprint) throw new KeyReusedWithAnotherPayload();
  return given(recorded, true);
}

async function record(tx: Tx, answered: readonly (readonly [Keyed, Answer])[]): Promise<void> {
  const rows = answered.map(([{ scope, key, fingerprint }, { status, headers, body }]) => {
    return { scope, key, fingerprint, status, headers, body: Buffer.from(body).toString('base64') };
  });
  if (rows.length > 0) await tx.query(RECORD, [JSON.stringify(rows)]);
}

// One text parameter, because arrays of bytes are where drivers (pg, Prisma) differ.
const RECORD = `
  INSERT INTO waybill.idempotency_keys (scope, key, fingerprint, status, headers, body)
  SELECT scope, key, fingerprint, status, headers, decode(body, 'base64')
  FROM json_to_recordset($1::json) AS answered (scope text, key text, fingerprint text, status smallint, headers json,
    body text)`;

/** SQLSTATE 55P03; Prisma hands the database's code on in `meta` or in the message. */
function isLockTimeout(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '55P03' || /\b55P03\b/.test(message ?? '');
}
