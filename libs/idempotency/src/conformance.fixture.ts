import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { until } from '@waybill/testing';
import type { WorkAnswer } from './answer.js';
import type { Order, Place } from './dying-process.fixture.js';
import {
  type IdempotencyKeys,
  KeyInFlight,
  KeyReusedWithAnotherPayload,
  type KeyStorePromises,
} from './idempotency-keys.js';
import { effect, Service } from './transactions.fixture.js';

/** A store as the suite needs it. */
export interface StoreUnderTest {
  promises: KeyStorePromises;
  open(service: Service): Promise<OpenStore>;
}

export interface OpenStore {
  /** Each call is another process as far as the store can tell. `wait` in ms; default: the store's own default. */
  keys(options?: { wait?: number }): IdempotencyKeys;
  /** Answers that are kept. */
  count(): Promise<number>;
  /** Whether a request is waiting for another one's answer. */
  somebodyWaits(): Promise<boolean>;
  /** As if 24 hours and a second had passed since all that was done. */
  letADayPass(): Promise<void>;
  /** What a process that is to be killed needs to open the same store. */
  inAnotherProcess: Pick<Order, 'redis'>;
  close(): Promise<void>;
}

const request = { scope: 'POST /orders|anonymous', key: 'k1' as string | undefined, fingerprint: 'a' };
const bytesOf = (body: Uint8Array) => Buffer.from(body).toString('latin1');

/** What every store of idempotency keys does, and what of the rest this one has declared. */
export function keepsItsPromises(name: string, { promises, open }: StoreUnderTest): void {
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
      request.key = `k${++key}`; // a new one each time: nothing that an earlier test left is in the way
      return service.database.pool.query('TRUNCATE effects, guarded_effects');
    });
    afterAll(async () => {
      await store.close();
      await service.close();
    });

    const accepted = (): WorkAnswer => ({
      status: 202,
      headers: { location: `/orders/${++orders}`, 'content-type': 'application/json' },
      body: Buffer.from([123, 0, 255, 125]),
    });
    const place = (asked = request, answer = accepted, by = keys) =>
      by.once(service, asked, async (tx) => {
        await effect(tx, asked.key ?? 'no key');
        return answer();
      });

    it('declares the promises that are checked here', () => {
      expect(keys.promises).toEqual(promises);
    });

    it('gives the first answer again, byte for byte with its headers, and does nothing twice', async () => {
      const first = await place();
      const again = await place();
      expect(first.replayed).toBe(false);
      expect({ ...again, body: bytesOf(again.body) }).toEqual({ ...first, body: bytesOf(first.body), replayed: true });
      expect(await service.effects()).toEqual([request.key]);
    });

    it('makes one effect of twenty racing requests to three processes, and one answer for all', async () => {
      const processes = [store.keys(), store.keys(), store.keys()];
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => place(request, accepted, processes[n % 3]!)),
      );
      expect(new Set(answers.map(({ headers }) => headers.location)).size).toBe(1);
      expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
      expect(await service.effects()).toEqual([request.key]);
    });

    it('does every request without a key, and keeps nothing of it', async () => {
      const before = await store.count();
      await place({ ...request, key: undefined });
      await place({ ...request, key: undefined });
      expect(await service.effects()).toEqual(['no key', 'no key']);
      expect(await store.count()).toBe(before);
    });

    it('keeps the same key of another scope apart, also where both put together read the same', async () => {
      await place({ ...request, scope: 'a', key: 'b"c' });
      expect((await place({ ...request, scope: 'a"b', key: 'c' })).replayed).toBe(false);
      expect((await place({ ...request, scope: 'a', key: 'c' })).replayed).toBe(false);
    });

    it('refuses the key with another payload', async () => {
      await place();
      await expect(place({ ...request, fingerprint: 'b' })).rejects.toThrow(KeyReusedWithAnotherPayload);
      expect(await service.effects()).toEqual([request.key]);
    });

    it.each([404, 422])('replays a %d of the business, which keeps what its work wrote', async (status) => {
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

    it('leaves nothing half done when the database ends the connection in the middle', async () => {
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

    it('keeps an answer for 24 hours, and then takes the key for a new one', async () => {
      const { headers } = await place();
      expect((await place()).headers).toEqual(headers);
      await store.letADayPass();
      expect(await store.count()).toBe(0);
      expect((await place()).replayed).toBe(false);
    });

    describe('while another request with the key is worked on', () => {
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

      it('waits for its answer', async () => {
        const second = place();
        await until('the second waits', () => store.somebodyWaits());
        await finish();
        expect((await second).replayed).toBe(true);
        expect(await service.effects()).toEqual(['held']);
      });

      it('gives up after two seconds, saying when to ask again', async () => {
        const started = performance.now();
        const error = await place().catch((thrown) => thrown);
        expect(error).toBeInstanceOf(KeyInFlight);
        expect(error.retryAfterSeconds).toBe(1);
        expect(performance.now() - started).toBeGreaterThan(1_900);
      });

      it('gives up sooner when told to', async () => {
        const started = performance.now();
        await expect(place(request, accepted, store.keys({ wait: 50 }))).rejects.toThrow(KeyInFlight);
        expect(performance.now() - started).toBeLessThan(1_900);
      });

      it(
        promises.refusesPayloadInFlight
          ? 'refuses another payload at once'
          : 'refuses another payload as soon as the first has its answer',
        async () => {
          const second = place({ ...request, fingerprint: 'b' }).catch((error) => error);
          if (!promises.refusesPayloadInFlight) {
            await until('the second waits', () => store.somebodyWaits());
            await finish();
          }
          expect(await second).toBeInstanceOf(KeyReusedWithAnotherPayload);
        },
      );
    });

    describe('when the process is killed', () => {
      const { exactlyOnceAfterCrash, inFlightAfterCrash } = promises;

      /** Kills a process with SIGKILL that came just as far as `stopAt` with the request. */
      async function killAt(stopAt: Place): Promise<void> {
        const order: Order = { stopAt, request, databaseUrl: service.database.url, ...store.inAnotherProcess };
        const script = fileURLToPath(new URL('./dying-process.fixture.js', import.meta.url));
        const child = spawn(process.execPath, [script, JSON.stringify(order)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const exit = once(child, 'exit');
        const reached = await Promise.race([once(child.stdout, 'data').then(String), exit.then(() => 'its end')]);
        child.kill('SIGKILL');
        await exit;
        expect(reached).toBe('there\n');
      }

      /** The client's retries, until one is not told 409. */
      const retry = () =>
        inFlightAfterCrash === 0
          ? place()
          : until('the key is not in flight any more', () => place(), { within: `${inFlightAfterCrash + 5_000}ms` });

      it('in the work: nothing is left of it, and the retry is a first request', async () => {
        await killAt('in the work');
        if (inFlightAfterCrash > 0) {
          await expect(place(request, accepted, store.keys({ wait: 0 }))).rejects.toThrow(KeyInFlight);
        }
        expect((await retry()).replayed).toBe(false);
        expect(await service.effects()).toEqual([request.key]);
      });

      const afterTheCommit = exactlyOnceAfterCrash
        ? 'between commit and answer: the retry gets the answer, and there is one effect'
        : 'between commit and record: the retry does the work again, and a unique constraint keeps its effect one';
      it(afterTheCommit, async () => {
        await killAt('after the commit');
        const answer = await retry();
        expect(answer.replayed).toBe(exactlyOnceAfterCrash);
        expect(await service.effects('guarded_effects')).toEqual([request.key]);
        expect(await service.effects()).toHaveLength(exactlyOnceAfterCrash ? 1 : 2);
      });

      it('between record and answer: the retry gets the recorded answer, and there is one effect', async () => {
        await killAt('after the record');
        const { headers, body, replayed } = await place();
        expect([headers.location, bytesOf(body), replayed]).toEqual(['/orders/before-the-crash', '\x01\0\xff', true]);
        expect(await service.effects()).toEqual([request.key]);
      });
    });
  });
}
