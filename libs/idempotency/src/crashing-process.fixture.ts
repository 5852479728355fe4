import { pgTx, type TransactionRunner } from '@waybill/outbox';
import { transaction } from '@waybill/testing';
import pg from 'pg';
import { createClient } from 'redis';
import type { IdempotencyKeys, KeyedRequest } from './idempotency-keys.js';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.js';
import { RedisIdempotencyKeys } from './redis-idempotency-keys.js';
import { effect } from './transactions.fixture.js';

/** The point at which the process stops, to be killed there. */
export type CrashPoint = 'in the work' | 'after the commit' | 'after the response is stored';

export interface CrashScenario {
  crashAt: CrashPoint;
  request: KeyedRequest;
  databaseUrl: string;
  /** Stores keys in Redis, else in the database. */
  redis?: { url: string; lease: number; prefix: string };
}

/** A process that handles one request and never gets beyond `crashAt`; prints `reached` there. */
const scenario: CrashScenario = JSON.parse(process.argv[2]!);
const pool = new pg.Pool({ connectionString: scenario.databaseUrl });

async function openKeys(): Promise<IdempotencyKeys> {
  if (!scenario.redis) return new PostgresIdempotencyKeys();
  const { url, ...options } = scenario.redis;
  const redis = await createClient({ url }).connect();
  return new RedisIdempotencyKeys({ redis, logger: console, ...options });
}

async function reach(point: CrashPoint): Promise<void> {
  if (point !== scenario.crashAt) return;
  process.stdout.write('reached\n');
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
await keys.once(db, scenario.request, async (tx) => {
  await effect(tx, scenario.request.key!);
  await reach('in the work');
  return { status: 202, headers: { location: '/orders/before-the-crash' }, body: Buffer.from([1, 0, 255]) };
});
await reach('after the response is stored');
