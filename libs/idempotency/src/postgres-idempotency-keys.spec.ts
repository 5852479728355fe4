import { keepsItsPromises } from './conformance.fixture.js';
import { Expiry } from './expiry.js';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.js';
import { Service } from './transactions.fixture.js';

keepsItsPromises('PostgreSQL', {
  promises: { exactlyOnceAfterCrash: true, inFlightAfterCrash: 0, refusesPayloadInFlight: false },
  async open(service) {
    const { pool } = service.database;
    return {
      keys: (options) => new PostgresIdempotencyKeys(options),
      count: () => service.count('waybill.idempotency_keys'),
      async somebodyWaits() {
        const { rows } = await pool.query(
          `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database
           WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`,
        );
        return rows.length > 0;
      },
      async letADayPass() {
        await pool.query(`UPDATE waybill.idempotency_keys SET created_at = created_at - interval '24 hours 1 second'`);
        await new Expiry({ database: pool, logger: { warn: () => {} } }).expire();
      },
      inAnotherProcess: {},
      async close() {},
    };
  },
});

describe('idempotency keys in PostgreSQL', () => {
  it("leave the work's own lock timeout as it was", async () => {
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
