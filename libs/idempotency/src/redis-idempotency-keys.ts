import { setTimeout as pause } from 'node:timers/promises';
import type { TransactionRunner, Tx } from '@waybill/outbox';
import { type GivenAnswer, given, kept, NotKept, type WorkAnswer } from './answer.js';
import {
  type IdempotencyKeys,
  type KeyedRequest,
  KeyInFlight,
  KeyReusedWithAnotherPayload,
  type KeyStorePromises,
} from './idempotency-keys.js';
import { isAnswer, type Lease, type RecordedAnswer, type RedisClient, RedisRecords } from './redis-records.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const LOOK_AGAIN_AFTER = 25;

export interface RedisIdempotencyKeysOptions {
  /**
   * A connected client of `redis`, 5 or later; Redis 7.0 or later. Create it with `disableOfflineQueue: true`, or requests
   * wait for a Redis that is away instead of failing.
   */
  redis: RedisClient;
  logger: { warn(fields: object, message: string): void };
  /** How long a second request waits for the first one's answer before it is told 409, in ms. Default 2,000. */
  wait?: number;
  /** For how long a process that died keeps its key from others, in ms; prolonged while the work lasts. Default 10 seconds. */
  lease?: number;
  /** How long an answer is kept, in ms. Default 24 hours. */
  keep?: number;
  /** Put before each key. Default `idempotency:`. */
  prefix?: string;
}

/**
 * Keeps keys and answers in Redis, the effect stays in the service's database: two systems, so a process that dies after
 * the commit and before the record leaves an effect whose retry does the work again once the lease has run out. The same
 * when Redis loses what it had. A unique constraint has to guard the effect. See `promises`.
 */
export class RedisIdempotencyKeys implements IdempotencyKeys {
  readonly promises: KeyStorePromises;
  private readonly options: Required<RedisIdempotencyKeysOptions>;
  private readonly records: RedisRecords;

  constructor(options: RedisIdempotencyKeysOptions) {
    this.options = { wait: 2 * SECOND, lease: 10 * SECOND, keep: 24 * HOUR, prefix: 'idempotency:', ...options };
    this.records = new RedisRecords(this.options.redis, this.options.prefix);
    this.promises = {
      exactlyOnceAfterCrash: false,
      inFlightAfterCrash: this.options.lease,
      refusesPayloadInFlight: true,
    };
  }

  async once(
    db: TransactionRunner,
    request: KeyedRequest,
    work: (tx: Tx) => Promise<WorkAnswer>,
  ): Promise<GivenAnswer> {
    try {
      if (request.key === undefined) return given(await db.transaction((tx) => kept(work(tx))), false);
      const key = redisKey(request.scope, request.key);
      const claimed = await this.claim(key, request.fingerprint);
      if ('status' in claimed) return given(claimed, true);
      return await this.doFirst(db, key, claimed, work);
    } catch (error) {
      if (error instanceof NotKept) return given(error.answer, false);
      throw error;
    }
  }

  /** The recorded answer, or the lease on the key. */
  private async claim(key: string, fingerprint: string): Promise<RecordedAnswer | Lease> {
    const deadline = performance.now() + this.options.wait;
    for (;;) {
      const claim = await this.records.claim(key, fingerprint, this.options.lease);
      if ('lease' in claim) return claim.lease;
      if (claim.held.fingerprint !== fingerprint) throw new KeyReusedWithAnotherPayload();
      if (isAnswer(claim.held)) return claim.held;
      if (performance.now() >= deadline) throw new KeyInFlight();
      await pause(LOOK_AGAIN_AFTER);
    }
  }

  private async doFirst(
    db: TransactionRunner,
    key: string,
    lease: Lease,
    work: (tx: Tx) => Promise<WorkAnswer>,
  ): Promise<GivenAnswer> {
    const stopProlonging = this.prolong(key, lease);
    const act = async (tx: Tx) => {
      const answer = await kept(work(tx));
      // A process that was paused for longer than its lease finds out here, not after it has acted beside another.
      if (!(await this.records.prolong(key, lease, this.options.lease))) throw new KeyInFlight();
      return answer;
    };
    try {
      return await this.record(key, lease, await db.transaction(act).catch((error) => this.free(key, lease, error)));
    } finally {
      stopProlonging();
    }
  }

  /** The effect is committed: whoever asked gets the answer, also when Redis does not take it. */
  private async record(key: string, { fingerprint }: Lease, answer: WorkAnswer): Promise<GivenAnswer> {
    try {
      const earlier = await this.records.record(key, { ...answer, fingerprint }, this.options.keep);
      return earlier?.fingerprint === fingerprint ? given(earlier, true) : given(answer, false);
    } catch (error) {
      this.options.logger.warn({ err: error }, 'idempotency: an answer was not recorded, a retry does the work again');
      return given(answer, false);
    }
  }

  /** Nothing was done: the key is free at once, or when the lease runs out if Redis can't be reached. */
  private async free(key: string, lease: Lease, reason: unknown): Promise<never> {
    await this.records.free(key, lease).catch((error) => {
      this.options.logger.warn({ err: error }, 'idempotency: a key stays in flight until its lease runs out');
    });
    throw reason;
  }

  /** Keeps the lease while the work lasts. A failure is found out before the commit. */
  private prolong(key: string, lease: Lease): () => void {
    const ms = this.options.lease;
    const timer = setInterval(() => void this.records.prolong(key, lease, ms).catch(() => {}), ms / 3).unref();
    return () => clearInterval(timer);
  }
}

/** Neither scope nor key can pass for part of the other. */
const redisKey = (scope: string, key: string): string => JSON.stringify([scope, key]);
