import { migrateLibraries, pgTx, type TransactionRunner } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase, transaction } from '@waybill/testing';
import { Expiry } from './expiry.js';
import { PostgresInbox } from './inbox.js';
import { idempotencyMigrations } from './migrations.js';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.js';

describe('two schemas in one database', () => {
  const schemas = ['waybill', 'tenant'];
  let database: FreshDatabase;
  let db: TransactionRunner;
  beforeAll(async () => {
    database = await freshDatabase();
    for (const schema of schemas) await migrateLibraries(database.pool, { ...idempotencyMigrations, schema });
    db = { transaction: (work) => transaction(database.pool, (client) => work(pgTx(client))) };
  });
  afterAll(() => database.drop());

  const count = async (table: string) => (await database.pool.query(`SELECT FROM ${table}`)).rowCount;

  it('have an inbox each', async () => {
    const delivery = { consumer: 'email', messageId: 'm1' };
    for (const schema of schemas) {
      const inbox = new PostgresInbox({ schema });
      expect(await db.transaction((tx) => inbox.firstTime(tx, delivery))).toBe(true);
      expect(await db.transaction((tx) => inbox.firstTimes(tx, 'email', ['m1', 'm2']))).toEqual(new Set(['m2']));
    }
  });

  it.each([1, 10])('have idempotency keys each, with group commit of %d', async (groupCommit) => {
    for (const schema of schemas) {
      const keys = new PostgresIdempotencyKeys({ schema, groupCommit });
      const place = (key: string) =>
        keys.once(db, { scope: `${groupCommit}`, key, fingerprint: 'a' }, async () => {
          return { status: 202, headers: {}, body: Buffer.alloc(0) };
        });
      const replayed = async () => (await Promise.all(['a', 'b'].map(place))).map((response) => response.replayed);
      expect(await replayed()).toEqual([false, false]);
      expect(await replayed()).toEqual([true, true]);
    }
  });

  it('expire independently', async () => {
    const before = [await count('waybill.idempotency_keys'), await count('waybill.inbox')];
    const expiry = new Expiry({
      database: database.pool,
      logger: console,
      schema: 'tenant',
      keyTtl: 0,
      inboxRetention: 0,
    });
    await expiry.expire();
    expect([await count('tenant.idempotency_keys'), await count('tenant.inbox')]).toEqual([0, 0]);
    expect([await count('waybill.idempotency_keys'), await count('waybill.inbox')]).toEqual(before);
    expect(before).not.toContain(0);
  });

  it('have the migrations that existing databases have applied', async () => {
    const { rows } = await database.pool.query('SELECT name, checksum FROM waybill.migrations ORDER BY name');
    expect(rows.map(({ name, checksum }) => [name, checksum])).toEqual([
      ['0001_idempotency.sql', '0e0ac9f8ca6bebcf3505d1946be6b4edf839c9f588a7cc05586b387f8a8eed30'],
      ['0002_claim_without_waiting.sql', 'f8b92658292c1bdbde7ff408f202aee856d152e02e89b5516eda2d725bf5c9e0'],
      ['0003_claim_together.sql', 'be148a75424a4269a1453d83ac30fbcef9fe1041660da8ff5c353fd3b1bfae1d'],
      ['0010_forget_credentials.sql', 'ddea2d4612004d4263d9c2f1bdfcf140303288e7a7803e83b5ca68d0223bbe9f'],
    ]);
  });
});
