import type { TransactionRunner, Tx } from '@waybill/outbox';
import { describeKeyStore } from './conformance.fixture.js';
import { Expiry } from './expiry.js';
import { PostgresIdempotencyKeys, type PostgresIdempotencyKeysOptions } from './postgres-idempotency-keys.js';
import { effect, Service } from './transactions.fixture.js';

const variants: [string, PostgresIdempotencyKeysOptions][] = [
  ['PostgreSQL', {}],
  ['PostgreSQL, with group commit', { groupCommit: 10 }],
];
for (const [name, fixed] of variants) {
  describeKeyStore(name, {
    guarantees: { exactlyOnceAfterCrash: true, inFlightAfterCrash: 0, rejectsPayloadInFlight: false },
    async open(service) {
      const { pool } = service.database;
      return {
        keys: (options) => new PostgresIdempotencyKeys({ ...fixed, ...options }),
        count: () => service.count('waybill.idempotency_keys'),
        async hasWaitingRequest() {
          const { rows } = await pool.query(
            `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
             WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`,
          );
          return rows.length > 0;
        },
        async ageByOneDay() {
          await pool.query(
            `UPDATE waybill.idempotency_keys SET created_at = created_at - interval '24 hours 1 second'`,
          );
          await new Expiry({ database: pool, logger: { warn: () => {} } }).expire();
        },
        inAnotherProcess: {},
        async close() {},
      };
    },
  });
}

describe('idempotency keys in PostgreSQL', () => {
  it("leave the work's lock timeout unchanged", async () => {
    const service = await Service.open();
    const request = { scope: 'POST /orders', key: 'k1', fingerprint: 'a' };
    await new PostgresIdempotencyKeys().once(service, request, async (tx) => {
      const { rows } = await tx.query<{ lock_timeout: string }>('SHOW lock_timeout');
      expect(rows[0]!.lock_timeout).toBe('0');
      return { status: 204, headers: {}, body: Buffer.alloc(0) };
    });
    await service.close();
  });
});

describe('group commit of requests', () => {
  let service: Service;
  let transactions: number;
  let counted: TransactionRunner;
  let keys: PostgresIdempotencyKeys;
  beforeEach(async () => {
    service = await Service.open();
    transactions = 0;
    counted = {
      transaction(work) {
        transactions++;
        return service.transaction(work);
      },
    };
    keys = new PostgresIdempotencyKeys({ groupCommit: 10 });
  });
  afterEach(() => service.close());

  /** The response has the key in its headers and body. */
  const place = (key: string | undefined, work: (tx: Tx) => Promise<unknown> = (tx) => effect(tx, `${key}`)) =>
    keys.once(counted, { scope: 'POST /orders', key, fingerprint: 'a' }, async (tx) => {
      await work(tx);
      return { status: 202, headers: { key: `${key}` }, body: Buffer.from(`${key}`) };
    });
  const placeAll = (...all: (string | undefined)[]) => Promise.all(all.map((key) => place(key)));

  it('gives each its own response', async () => {
    const responses = await placeAll('a', 'b', 'c');
    expect(transactions).toBe(1);
    expect(responses.map(({ headers, replayed }) => [headers.key, replayed])).toEqual(
      ['a', 'b', 'c'].map((key) => [key, false]),
    );
    expect(await service.effects()).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['with a key replays the stored response', ['a', 'b'], 'fulfilled'],
    ['without a key fails instead of repeating the work', [undefined], 'rejected'],
  ])('%s when the commit succeeded but its confirmation was lost', async (_, placed, status) => {
    let isLost = false;
    counted = {
      async transaction(work) {
        const result = await service.transaction(work);
        if (isLost) return result;
        isLost = true;
        throw new Error('the connection was lost');
      },
    };
    const outcomes = await Promise.allSettled(placed.map((key) => place(key)));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(placed.map(() => status));
    expect(await service.effects()).toEqual(placed.map(String));
  });

  it('replays stored responses among new requests', async () => {
    await place('a');
    const responses = await placeAll('a', 'b', 'a');
    expect(responses.map(({ headers, replayed }) => [headers.key, replayed])).toEqual([
      ['a', true],
      ['b', false],
      ['a', true],
    ]);
    expect(await service.effects()).toEqual(['a', 'b']);
  });

  it('has one effect for requests with the same key', async () => {
    const responses = await placeAll('a', 'a', 'b');
    expect(responses.map(({ replayed }) => replayed)).toEqual([false, true, false]);
    expect(await service.effects()).toEqual(['a', 'b']);
  });

  it('rolls back only the work that throws, and does the others once', async () => {
    const failing = place('failing', async (tx) => {
      await effect(tx, 'half');
      throw new Error('a blip');
    });
    const [failed, ...others] = await Promise.allSettled([failing, place('a'), place('b')]);
    expect(failed).toMatchObject({ status: 'rejected', reason: new Error('a blip') });
    expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
    expect(await service.effects()).toEqual(['a', 'b']);
    expect((await place('failing')).replayed).toBe(false);
  });

  it('does not wait for a key that another process holds', async () => {
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const { promise: holding, resolve: hold } = Promise.withResolvers<void>();
    const other = new PostgresIdempotencyKeys().once(
      service,
      { scope: 'POST /orders', key: 'held', fingerprint: 'a' },
      async (tx) => {
        await effect(tx, 'held');
        hold();
        await finished;
        return { status: 202, headers: { key: 'held elsewhere' }, body: Buffer.alloc(0) };
      },
    );
    await holding;
    const held = place('held');
    await placeAll('a', 'b');
    finish();
    await other;
    expect((await held).headers.key).toBe('held elsewhere');
    expect(await service.effects()).toEqual(['a', 'b', 'held']);
  });
});
