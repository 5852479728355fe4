import { until } from '@waybill/testing';
import type { WorkAnswer } from './answer.js';
import { KeyInFlight, KeyReusedWithAnotherPayload } from './idempotency-keys.js';
import { PostgresIdempotencyKeys } from './postgres-idempotency-keys.js';
import { effect, Service } from './transactions.fixture.js';

describe('Idempotency-Key', () => {
  let service: Service;
  const keys = new PostgresIdempotencyKeys();
  beforeAll(async () => {
    service = await Service.open();
  });
  afterEach(() => service.database.pool.query('TRUNCATE waybill.idempotency_keys, effects'));
  afterAll(() => service.close());

  const request = { scope: 'POST /orders|anonymous', key: 'k1' as string | undefined, fingerprint: 'a' };
  let orders = 0;
  const accepted = (): WorkAnswer => ({
    status: 202,
    headers: { location: `/orders/${++orders}`, 'content-type': 'application/json' },
    body: Buffer.from([123, 0, 255, 125]),
  });
  const place = (asked = request, answer = accepted) =>
    keys.once(service, asked, async (tx) => {
      await effect(tx, asked.key ?? 'no key');
      return answer();
    });
  const text = (body: Uint8Array) => Buffer.from(body).toString('latin1');

  it('gives the first answer again, byte for byte, and does nothing twice', async () => {
    const first = await place();
    const again = await place();
    expect(first.replayed).toBe(false);
    expect({ ...again, body: text(again.body) }).toEqual({ ...first, body: text(first.body), replayed: true });
    expect(await service.effects()).toEqual(['k1']);
  });

  it('makes one effect of twenty racing requests, and one answer for all', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => place()));
    expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await service.effects()).toEqual(['k1']);
  });

  it('does every request without a key, and keeps nothing of it', async () => {
    await place({ ...request, key: undefined });
    await place({ ...request, key: undefined });
    expect(await service.effects()).toEqual(['no key', 'no key']);
    expect(await service.count('waybill.idempotency_keys')).toBe(0);
  });

  it('keeps the same key of another scope apart', async () => {
    await place();
    expect((await place({ ...request, scope: 'POST /orders|someone' })).replayed).toBe(false);
  });

  it('refuses the key with another payload', async () => {
    await place();
    await expect(place({ ...request, fingerprint: 'b' })).rejects.toThrow(KeyReusedWithAnotherPayload);
    expect(await service.effects()).toEqual(['k1']);
  });

  it('replays a business rejection, which keeps what its work wrote', async () => {
    const unknownSku = (): WorkAnswer => ({ status: 422, headers: {}, body: Buffer.from('unknown SKU') });
    await place(request, unknownSku);
    const again = await place();
    expect([again.status, text(again.body), again.replayed]).toEqual([422, 'unknown SKU', true]);
    expect(await service.effects()).toEqual(['k1']);
  });

  it.each([
    ['429', { status: 429 }],
    ['503', { status: 503 }],
    ['an answer with store: false', { status: 200, store: false }],
  ])('undoes the work of %s and frees the key', async (_, answer) => {
    const notNow = await place(request, () => ({ headers: {}, body: Buffer.alloc(0), ...answer }));
    expect([notNow.status, notNow.replayed]).toEqual([answer.status, false]);
    expect(await service.effects()).toEqual([]);
    expect((await place()).replayed).toBe(false);
  });

  it('undoes the work that throws and frees the key', async () => {
    const failing = place(request, () => {
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(await service.effects()).toEqual([]);
    expect((await place()).replayed).toBe(false);
  });

  it('leaves nothing half done when the server kills the connection in the middle', async () => {
    const broken = keys.once(service, request, async (tx) => {
      await effect(tx, 'half');
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await service.database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
      return accepted();
    });
    await expect(broken).rejects.toThrow();
    expect((await place()).replayed).toBe(false);
    expect(await service.effects()).toEqual(['k1']);
  });

  describe('while another request with the key is worked on', () => {
    /** Holds the key until the returned function is called. */
    async function holdKey(): Promise<() => Promise<unknown>> {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      let holding = false;
      const held = keys.once(service, request, async (tx) => {
        await effect(tx, 'held');
        holding = true;
        await released;
        return accepted();
      });
      await until('the key is held', async () => holding);
      return () => {
        release();
        return held;
      };
    }

    const waiters = async () => {
      const { rows } = await service.database.pool.query(
        `SELECT count(*)::int AS count FROM pg_locks JOIN pg_database ON pg_database.oid = database
         WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()`,
      );
      return rows[0].count as number;
    };

    it('waits for its answer', async () => {
      const finish = await holdKey();
      const second = place();
      await until('the second waits', async () => (await waiters()) === 1);
      await finish();
      expect((await second).replayed).toBe(true);
      expect(await service.effects()).toEqual(['held']);
    });

    it('refuses another payload once the first is done', async () => {
      const finish = await holdKey();
      const second = place({ ...request, fingerprint: 'b' }).catch((error) => error);
      await until('the second waits', async () => (await waiters()) === 1);
      await finish();
      expect(await second).toBeInstanceOf(KeyReusedWithAnotherPayload);
    });

    it('gives up after its patience, saying when to ask again', async () => {
      const finish = await holdKey();
      const impatient = new PostgresIdempotencyKeys({ wait: 50 });
      const error = await impatient.once(service, request, async () => accepted()).catch((thrown) => thrown);
      expect(error).toBeInstanceOf(KeyInFlight);
      expect(error.retryAfterSeconds).toBe(1);
      await finish();
    });
  });

  it("leaves the work's own lock timeout as it was", async () => {
    await keys.once(service, request, async (tx) => {
      const { rows } = await tx.query<{ lock_timeout: string }>('SHOW lock_timeout');
      expect(rows[0]!.lock_timeout).toBe('0');
      return accepted();
    });
  });
});
