import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '@waybill/testing';
import type { CrashPoint, CrashScenario } from './crashing-process.fixture.js';
import {
  type IdempotencyKeys,
  KeyInFlight,
  KeyReusedWithAnotherPayload,
  type KeyStoreGuarantees,
} from './idempotency-keys.js';
import type { WorkResponse } from './response.js';
import { effect, Service } from './transactions.fixture.js';

/** What a store provides to the suite. */
export interface StoreUnderTest {
  guarantees: KeyStoreGuarantees;
  open(service: Service): Promise<OpenStore>;
}

export interface OpenStore {
  /** Each call stands for another process. `wait` in ms; default: that of the store. */
  keys(options?: { wait?: number }): IdempotencyKeys;
  /** Number of stored responses. */
  count(): Promise<number>;
  /** Whether a request is waiting for the response of another one. */
  hasWaitingRequest(): Promise<boolean>;
  /** Makes everything stored 24 hours and a second older, and lets it expire. */
  ageByOneDay(): Promise<void>;
  /** How a process that is to be killed opens the same store. */
  inAnotherProcess: Pick<CrashScenario, 'redis'>;
  close(): Promise<void>;
}

const request = { scope: 'POST /orders|anonymous', key: 'k1' as string | undefined, fingerprint: 'a' };
const bytesOf = (body: Uint8Array) => Buffer.from(body).toString('latin1');

/** What holds for every store of idempotency keys, and the guarantees that this one declares. */
export function describeKeyStore(name: string, { guarantees, open }: StoreUnderTest): void {
  describe(`idempotency keys in ${name}`, () => {
    let service: Service;
    let store: OpenStore;
    let keys: IdempotencyKeys;
    let key = 0;
    let orders = 0;
    beforeAll(async () => {
      service = await Service.open();
      store = await open(service);
      keys = store.keys();
    });
    beforeEach(() => {
      request.key = `k${++key}`; // a new one per test, so that tests don't affect each other
      return service.database.pool.query('TRUNCATE effects, guarded_effects');
    });
    afterAll(async () => {
      await store.close();
      await service.close();
    });

    const accepted = (): WorkResponse => ({
      status: 202,
      headers: { location: `/orders/${++orders}`, 'content-type': 'application/json' },
      body: Buffer.from([123, 0, 255, 125]),
    });
    const place = (placed = request, respond = accepted, through = keys) =>
      through.once(service, placed, async (tx) => {
        await effect(tx, placed.key ?? 'no key');
        return respond();
      });

    it('declares the guarantees that are checked here', () => {
      expect(keys.guarantees).toEqual(guarantees);
    });

    it('replays the first response byte for byte with its headers, and has one effect', async () => {
      const first = await place();
      const again = await place();
      expect(first.replayed).toBe(false);
      expect({ ...again, body: bytesOf(again.body) }).toEqual({ ...first, body: bytesOf(first.body), replayed: true });
      expect(await service.effects()).toEqual([request.key]);
    });

    it('has one effect and one response for twenty concurrent requests to three processes', async () => {
      const processes = [store.keys(), store.keys(), store.keys()];
      const responses = await Promise.all(
        Array.from({ length: 20 }, (_, n) => place(request, accepted, processes[n % 3]!)),
      );
      expect(new Set(responses.map(({ headers }) => headers.location)).size).toBe(1);
      expect(responses.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(await service.effects()).toEqual([request.key]);
    });

    it('does every request without a key, and stores no response', async () => {
      const before = await store.count();
      await place({ ...request, key: undefined });
      await place({ ...request, key: undefined });
      expect(await service.effects()).toEqual(['no key', 'no key']);
      expect(await store.count()).toBe(before);
    });

    it('treats the same key in another scope as another key, also where scope and key concatenate to the same text', async () => {
      await place({ ...request, scope: 'a', key: 'b"c' });
      expect((await place({ ...request, scope: 'a"b', key: 'c' })).replayed).toBe(false);
      expect((await place({ ...request, scope: 'a', key: 'c' })).replayed).toBe(false);
    });

    it('rejects the key with another payload', async () => {
      await place();
      await expect(place({ ...request, fingerprint: 'b' })).rejects.toThrow(KeyReusedWithAnotherPayload);
      expect(await service.effects()).toEqual([request.key]);
    });

    it.each([404, 422])('replays a business %d, and commits what its work wrote', async (status) => {
      await place(request, () => ({ status, headers: { 'x-why': 'sold out' }, body: Buffer.from('unknown SKU') }));
      const again = await place();
      expect([again.status, again.headers, bytesOf(again.body), again.replayed]).toEqual([
        status,
        { 'x-why': 'sold out' },
        'unknown SKU',
        true,
      ]);
      expect(await service.effects()).toEqual([request.key]);
    });

    it.each([
      ['429', { status: 429 }],
      ['500', { status: 500 }],
      ['503', { status: 503 }],
      ['a malformed request (store: false)', { status: 400, store: false }],
    ])('rolls back the work of %s and frees the key', async (_, response) => {
      const notNow = await place(request, () => ({ headers: {}, body: Buffer.alloc(0), ...response }));
      expect([notNow.status, notNow.replayed]).toEqual([response.status, false]);
      expect(await service.effects()).toEqual([]);
      expect((await place()).replayed).toBe(false);
    });

    it('rolls back work that throws and frees the key', async () => {
      const failing = place(request, () => {
        throw new Error('the work failed');
      });
      await expect(failing).rejects.toThrow('the work failed');
      expect(await service.effects()).toEqual([]);
      expect((await place()).replayed).toBe(false);
    });

    it('leaves no partial effect when the database closes the connection in the middle', async () => {
      const broken = keys.once(service, request, async (tx) => {
        await effect(tx, 'half');
        const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
        await service.database.pool.query('SELECT pg_terminate_backend($1)', [rows[0]!.pid]);
        return accepted();
      });
      await expect(broken).rejects.toThrow();
      expect((await place()).replayed).toBe(false);
      expect(await service.effects()).toEqual([request.key]);
    });

    it('stores a response for 24 hours, and then treats the key as new', async () => {
      const { headers } = await place();
      expect((await place()).headers).toEqual(headers);
      await store.ageByOneDay();
      expect(await store.count()).toBe(0);
      expect((await place()).replayed).toBe(false);
    });

    describe('while another request with the key is in flight', () => {
      let finish: () => Promise<unknown>;
      beforeEach(async () => {
        let release = () => {};
        const released = new Promise<void>((resolve) => {
          release = resolve;
        });
        let held: Promise<unknown> | undefined;
        await new Promise<void>((holding) => {
          held = keys.once(service, request, async (tx) => {
            await effect(tx, 'held');
            holding();
            await released;
            return accepted();
          });
        });
        finish = () => {
          release();
          return held!;
        };
      });
      afterEach(() => finish());

      it('waits for its response', async () => {
        const second = place();
        await until('the second waits', () => store.hasWaitingRequest());
        await finish();
        expect((await second).replayed).toBe(true);
        expect(await service.effects()).toEqual(['held']);
      });

      it('rejects after two seconds, with the time to retry after', async () => {
        const started = performance.now();
        const error = await place().catch((thrown) => thrown);
        expect(error).toBeInstanceOf(KeyInFlight);
        expect(error.retryAfterSeconds).toBe(1);
        expect(performance.now() - started).toBeGreaterThan(1_900);
      });

      it('rejects sooner with a shorter `wait`', async () => {
        const started = performance.now();
        await expect(place(request, accepted, store.keys({ wait: 50 }))).rejects.toThrow(KeyInFlight);
        expect(performance.now() - started).toBeLessThan(1_900);
      });

      it(
        guarantees.rejectsPayloadInFlight
          ? 'rejects another payload at once'
          : 'rejects another payload as soon as the first has its response',
        async () => {
          const second = place({ ...request, fingerprint: 'b' }).catch((error) => error);
          if (!guarantees.rejectsPayloadInFlight) {
            await until('the second waits', () => store.hasWaitingRequest());
            await finish();
          }
          expect(await second).toBeInstanceOf(KeyReusedWithAnotherPayload);
        },
      );
    });

    describe('when the process is killed', () => {
      const { exactlyOnceAfterCrash, inFlightAfterCrash } = guarantees;

      /** Kills a process by SIGKILL that has got as far as `crashAt` with the request. */
      async function killAt(crashAt: CrashPoint): Promise<void> {
        const scenario: CrashScenario = {
          crashAt,
          request,
          databaseUrl: service.database.url,
          ...store.inAnotherProcess,
        };
        const script = fileURLToPath(new URL('./crashing-process.fixture.js', import.meta.url));
        const child = spawn(process.execPath, [script, JSON.stringify(scenario)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const exit = once(child, 'exit');
        const reached = await Promise.race([once(child.stdout, 'data').then(String), exit.then(() => 'its end')]);
        child.kill('SIGKILL');
        await exit;
        expect(reached).toBe('reached\n');
      }

      /** Retries like a client, until the response is not 409. */
      const retry = () =>
        inFlightAfterCrash === 0
          ? place()
          : until('the key is no longer in flight', () => place(), { within: `${inFlightAfterCrash + 5_000}ms` });

      it('in the work: it leaves no effect, and the retry is a first request', async () => {
        await killAt('in the work');
        if (inFlightAfterCrash > 0) {
          await expect(place(request, accepted, store.keys({ wait: 0 }))).rejects.toThrow(KeyInFlight);
        }
        expect((await retry()).replayed).toBe(false);
        expect(await service.effects()).toEqual([request.key]);
      });

      const afterCommit = exactlyOnceAfterCrash
        ? 'after the commit: the retry gets the stored response, and there is one effect'
        : 'after the commit, before the response is stored: the retry repeats the work, and a unique constraint guards the effect';
      it(afterCommit, async () => {
        await killAt('after the commit');
        const { replayed } = await retry();
        expect(replayed).toBe(exactlyOnceAfterCrash);
        expect(await service.effects('guarded_effects')).toEqual([request.key]);
        expect(await service.effects()).toHaveLength(exactlyOnceAfterCrash ? 1 : 2);
      });

      it('after the response is stored: the retry gets it, and there is one effect', async () => {
        await killAt('after the response is stored');
        const { headers, body, replayed } = await place();
        expect([headers.location, bytesOf(body), replayed]).toEqual(['/orders/before-the-crash', '\x01\0\xff', true]);
        expect(await service.effects()).toEqual([request.key]);
      });
    });
  });
}
