import { startOwnRedis, startRedis, uniqueName, until } from '@waybill/testing';
import { createClient } from 'redis';
import { describeKeyStore } from './conformance.fixture.js';
import { KeyInFlight } from './idempotency-keys.js';
import { RedisIdempotencyKeys } from './redis-idempotency-keys.js';
import type { WorkResponse } from './response.js';
import { effect, Service } from './transactions.fixture.js';

const LEASE = 4_000;
const DAY = 24 * 3_600_000;

async function connect(url: string) {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: 20 } });
  client.on('error', () => {}); // tests that stop the server see their commands fail
  return client.connect();
}

describeKeyStore('Redis', {
  guarantees: { exactlyOnceAfterCrash: false, inFlightAfterCrash: LEASE, rejectsPayloadInFlight: true },
  async open() {
    const redis = await startRedis();
    const client = await connect(redis.url);
    const prefix = `${uniqueName('keys')}:`;
    let claims = 0;
    const counting = {
      sendCommand(args: string[]) {
        if (args[0] === 'SET') claims += 1;
        return client.sendCommand(args);
      },
    };
    const all = () => client.keys(`${prefix}*`);
    return {
      keys: (options) =>
        new RedisIdempotencyKeys({ redis: counting, logger: console, lease: LEASE, prefix, ...options }),
      count: async () => (await all()).length,
      async hasWaitingRequest() {
        const before = claims;
        await until('it polls again', () => claims > before + 1, { within: '1s' });
        return true;
      },
      async ageByOneDay() {
        for (const key of await all()) {
          const ms = await client.pTTL(key);
          expect(ms).toBeGreaterThan(DAY - 60_000);
          expect(ms).toBeLessThanOrEqual(DAY);
          await client.pExpire(key, 1);
        }
        await until('Redis has removed them', async () => (await all()).length === 0);
      },
      inAnotherProcess: { redis: { url: redis.url, lease: LEASE, prefix } },
      async close() {
        client.destroy();
        await redis.stop();
      },
    };
  },
});

describe('idempotency keys in Redis', () => {
  const request = { scope: 'POST /orders', key: 'k1', fingerprint: 'a' };
  const response: WorkResponse = { status: 202, headers: {}, body: Buffer.from('done') };
  let service: Service;
  let redis: Awaited<ReturnType<typeof startOwnRedis>>;
  let client: Awaited<ReturnType<typeof connect>>;
  beforeEach(async () => {
    service = await Service.open();
    redis = await startOwnRedis();
    client = await connect(redis.url);
  });
  afterEach(async () => {
    client.destroy();
    await redis.stop();
    await service.close();
  });

  const keysWith = (options: { lease?: number }, warnings: string[] = []) => {
    const logger = { warn: (_: object, message: string) => void warnings.push(message) };
    return new RedisIdempotencyKeys({ redis: client, logger, ...options });
  };

  it('renew the lease while the work lasts', async () => {
    const lease = 6_000;
    const remaining = async () => client.pTTL((await client.keys('*'))[0]!);
    const first = keysWith({ lease }).once(service, request, async (tx) => {
      await effect(tx, 'k1');
      await until('a part of it has passed', async () => (await remaining()) < lease - 1_000);
      await until('it is renewed', async () => (await remaining()) > lease - 500);
      return response;
    });
    expect((await first).replayed).toBe(false);
    expect(await service.effects()).toEqual(['k1']);
  });

  it('roll back the work of a process that was paused for longer than its lease', async () => {
    const paused = keysWith({}).once(service, request, async (tx) => {
      await effect(tx, 'too late');
      await client.flushAll(); // the same to it as if its lease had expired
      await keysWith({}).once(service, request, async (another) => {
        await effect(another, 'in time');
        return response;
      });
      return response;
    });
    await expect(paused).rejects.toThrow(KeyInFlight);
    expect(await service.effects()).toEqual(['in time']);
  });

  it('give both the first stored response when each has acted without knowing of the other', async () => {
    const respond = (text: string) => async () => ({ ...response, body: Buffer.from(text) });
    const pausedAfterCommit = {
      async transaction<T>(work: Parameters<typeof service.transaction<T>>[0]) {
        const result = await service.transaction(work);
        await client.flushAll();
        await keysWith({}).once(service, request, respond('the other'));
        return result;
      },
    };
    const received = await keysWith({}).once(pausedAfterCommit, request, respond('the paused one'));
    expect([Buffer.from(received.body).toString(), received.replayed]).toEqual(['the other', true]);
  });

  it('fail at once and do nothing while Redis is unavailable', async () => {
    await redis.stop();
    await until('the client has noticed', () => !client.isReady);
    const acted = keysWith({}).once(service, request, async (tx) => {
      await effect(tx, 'k1');
      return response;
    });
    await expect(acted).rejects.toThrow();
    expect(await service.effects()).toEqual([]);
  });

  it('respond and log a warning when Redis fails after the commit', async () => {
    const warnings: string[] = [];
    const losesRedis = {
      async transaction<T>(work: Parameters<typeof service.transaction<T>>[0]) {
        const result = await service.transaction(work);
        await redis.stop();
        return result;
      },
    };
    const act = keysWith({}, warnings).once(losesRedis, request, async (tx) => {
      await effect(tx, 'k1');
      return response;
    });
    expect((await act).status).toBe(202);
    expect(warnings).toEqual(['idempotency: a response was not stored, a retry repeats the work']);
    expect(await service.effects()).toEqual(['k1']);
  });
});
