import type { TransactionRunner, Tx } from '@waybill/outbox';
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
}

type Keyed = KeyedRequest & { key: string };
type Recorded = Answer & { fingerprint: string };

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

  constructor({ wait = 2_000 }: PostgresIdempotencyKeysOptions = {}) {
    this.wait = Math.max(1, wait); // to PostgreSQL 0 is: no limit
  }

  async once(
    db: TransactionRunner,
    request: KeyedRequest,
    work: (tx: Tx) => Promise<WorkAnswer>,
  ): Promise<GivenAnswer> {
    try {
      return await db.transaction(async (tx) => {
        const keyed = request.key === undefined ? undefined : { ...request, key: request.key };
        const recorded = keyed && (await this.claim(tx, keyed));
        if (recorded) return replayOf(recorded, request);

        const answer = await kept(work(tx));
        if (keyed) await record(tx, keyed, answer);
        return given(answer, false);
      });
    } catch (error) {
      if (error instanceof NotKept) return given(error.answer, false);
      throw error;
    }
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

function replayOf(recorded: Recorded, request: KeyedRequest): GivenAnswer {
  if (recorded.fingerprint !== request.fingerprint) throw new KeyReusedWithAnotherPayload();
  return given(recorded, true);
}

async function record(tx: Tx, { scope, key, fingerprint }: Keyed, { status, headers, body }: Answer): Promise<void> {
  await tx.query(
    `INSERT INTO waybill.idempotency_keys (scope, key, fingerprint, status, headers, body)
     VALUES ($1, $2, $3, $4, $5::json, $6)`,
    [scope, key, fingerprint, status, JSON.stringify(headers), Buffer.from(body)],
  );
}

/** SQLSTATE 55P03; Prisma hands the database's code on in `meta` or in the message. */
function isLockTimeout(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return code === '55P03' || /\b55P03\b/.test(message ?? '');
}
