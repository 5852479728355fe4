import { pgTx, type TransactionRunner } from '@waybill/outbox';
import { transaction } from '@waybill/testing';
import pg from 'pg';
import { createClient } from 'redis';
import type { IdempotencyKeys, KeyedRequest } from './idempotency-keys.js';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.js';
import { RedisIdempotencyKeys } from './redis-idempotency-keys.js';
import { effect } from './transactions.fixture.js';

/** Where the process stops for ever, to be killed there. */
export type Place = 'in the work' | 'after the commit' | 'after the record';

export interface Order {
  stopAt: Place;
  request: KeyedRequest;
  databaseUrl: string;
  /** Keys are kept in Redis, else in the database. */
  redis?: { url: string; lease: number; prefix: string };
}

/** A process of its own that answers one request and never gets beyond `stopAt`; says `there` when it is. */
const order: Order = JSON.parse(process.argv[2]!);
const pool = new pg.Pool({ connectionString: order.databaseUrl });

async function openKeys(): Promise<IdempotencyKeys> {
  if (!order.redis) return new PostgresIdempotencyKeys();
  const { url, ...options } = order.redis;
  const redis = await createClient({ url }).connect();
  return new RedisIdempotencyKeys({ redis, logger: console, ...options });
}

async function reach(place: Place): Promise<void> {
  if (place !== order.stopAt) return;
  process.stdout.write('there\n');
  await new Promise(() => {});
}

const db: TransactionRunner = {
  async transaction(work) {
    const result = await transaction(pool, (client) => work(pgTx(client)));
    await reach('after the commit');
    return result;
  },
};

const keys = await openKeys();
await keys.once(db, order.request, async (tx) => {
  await effect(tx, order.request.key!);
  await reach('in the work');
  return { status: 202, headers: { location: '/orders/before-the-crash' }, body: Buffer.from([1, 0, 255]) };
});
await reach('after the record');
