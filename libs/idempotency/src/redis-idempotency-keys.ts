import { setTimeout as pause } from 'node:timers/promises';
import type { TransactionRunner, Tx } from '@waybill/outbox';
import {
  type IdempotencyKeys,
  type KeyedRequest,
  KeyInFlight,
  KeyReusedWithAnotherPayload,
  type KeyStoreGuarantees,
} from './idempotency-keys.js';
import { KeyMetrics } from './key-metrics.js';
import { isResponse, type Lease, type RedisClient, RedisRecords } from './redis-records.js';
import {
  firstResponse,
  type IdempotentResponse,
  NotStored,
  replayOf,
  type StoredResponse,
  storable,
  type WorkResponse,
} from './response.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const POLL_INTERVAL = 25;

export interface RedisIdempotencyKeysOptions {
  /**
   * A connected client of `redis`, 5 or later; Redis 7.0 or later. Create it with `disableOfflineQueue: true`, or requests
   * wait while Redis is unavailable instead of failing.
   */
  redis: RedisClient;
  logger: { warn(fields: object, message: string): void };
  /** How long a second request waits for the first one's response before it gets 409, in ms. Default 2,000. */
  wait?: number;
  /** How long the key of a crashed process stays in flight, in ms; renewed while the work lasts. Default 10 seconds. */
  lease?: number;
  /** How long a response is stored, in ms. Default 24 hours. */
  ttl?: number;
  /** Start of each key's name in Redis. Default `idempotency:`. */
  prefix?: string;
  /** Prefix of the metrics. Default `waybill`. */
  namespace?: string;
}

/**
 * Stores keys and responses in Redis, while the effect is in the service's database: two systems, so a process that crashes
 * after the commit and before the response is stored leaves an effect, and the retry repeats the work once the lease has
 * expired. The same when Redis loses its data. A unique constraint must guard the effect. See `guarantees`.
 */
export class RedisIdempotencyKeys implements IdempotencyKeys {
  readonly guarantees: KeyStoreGuarantees;
  private readonly options: Required<RedisIdempotencyKeysOptions>;
  private readonly records: RedisRecords;
  private readonly metrics: KeyMetrics;

  constructor(options: RedisIdempotencyKeysOptions) {
    this.options = {
      wait: 2 * SECOND,
      lease: 10 * SECOND,
      ttl: 24 * HOUR,
      prefix: 'idempotency:',
      namespace: 'waybill',
      ...options,
    };
    this.metrics = new KeyMetrics(options.namespace);
    this.records = new RedisRecords(this.options.redis, this.options.prefix);
    this.guarantees = {
      exactlyOnceAfterCrash: false,
      inFlightAfterCrash: this.options.lease,
      rejectsPayloadInFlight: true,
    };
  }

  once(
    db: TransactionRunner,
    request: KeyedRequest,
    work: (tx: Tx) => Promise<WorkResponse>,
  ): Promise<IdempotentResponse> {
    return this.metrics.counted(request, () => this.answer(db, request, work));
  }

  private async answer(
    db: TransactionRunner,
    request: KeyedRequest,
    work: (tx: Tx) => Promise<WorkResponse>,
  ): Promise<IdempotentResponse> {
    try {
      if (request.key === undefined) return firstResponse(await db.transaction((tx) => storable(work(tx))));
      const key = redisKey(request.scope, request.key);
      const claimed = await this.claim(key, request.fingerprint);
      if ('status' in claimed) return replayOf(claimed);
      return await this.doFirst(db, key, claimed, work);
    } catch (error) {
      if (error instanceof NotStored) return firstResponse(error.response);
      throw error;
    }
  }

  /** The stored response, or the lease on the key. */
  private async claim(key: string, fingerprint: string): Promise<StoredResponse | Lease> {
    const deadline = performance.now() + this.options.wait;
    for (;;) {
      const claim = await this.records.claim(key, fingerprint, this.options.lease);
      if ('lease' in claim) return claim.lease;
      if (claim.held.fingerprint !== fingerprint) throw new KeyReusedWithAnotherPayload();
      if (isResponse(claim.held)) return claim.held;
      if (performance.now() >= deadline) throw new KeyInFlight();
      await pause(POLL_INTERVAL);
    }
  }

  private async doFirst(
    db: TransactionRunner,
    key: string,
    lease: Lease,
    work: (tx: Tx) => Promise<WorkResponse>,
  ): Promise<IdempotentResponse> {
    const stopRenewing = this.keepRenewing(key, lease);
    const act = async (tx: Tx) => {
      const response = await storable(work(tx));
      // A process that was paused for longer than its lease finds out here, before it commits a second effect.
      if (!(await this.records.renew(key, lease, this.options.lease))) throw new KeyInFlight();
      return response;
    };
    try {
      return await this.store(key, lease, await db.transaction(act).catch((error) => this.release(key, lease, error)));
    } finally {
      stopRenewing();
    }
  }

  /** The effect is committed: the client gets its response, also when Redis cannot store it. */
  private async store(key: string, { fingerprint }: Lease, response: WorkResponse): Promise<IdempotentResponse> {
    try {
      const earlier = await this.records.store(key, { ...response, fingerprint }, this.options.ttl);
      return earlier?.fingerprint === fingerprint ? replayOf(earlier) : firstResponse(response);
    } catch (error) {
      this.options.logger.warn({ err: error }, 'idempotency: a response was not stored, a retry repeats the work');
      return firstResponse(response);
    }
  }

  /** Nothing was done: the key is free at once, or when the lease expires if Redis is unavailable. */
  private async release(key: string, lease: Lease, reason: unknown): Promise<never> {
    await this.records.release(key, lease).catch((error) => {
      this.options.logger.warn({ err: error }, 'idempotency: a key stays in flight until its lease expires');
    });
    throw reason;
  }

  /** Renews the lease while the work lasts. A failure is noticed before the commit. */
  private keepRenewing(key: string, lease: Lease): () => void {
    const ms = this.options.lease;
    const timer = setInterval(() => void this.records.renew(key, lease, ms).catch(() => {}), ms / 3).unref();
    return () => clearInterval(timer);
  }
}

/** Scope and key in one name; two different pairs never have the same name. */
const redisKey = (scope: string, key: string): string => JSON.stringify([scope, key]);
