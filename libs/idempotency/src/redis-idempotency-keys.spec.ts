import { startOwnRedis, startRedis, uniqueName, until } from '@waybill/testing';
import { createClient } from 'redis';
import type { WorkAnswer } from './answer.js';
import { keepsItsPromises } from './conformance.fixture.js';
import { KeyInFlight } from './idempotency-keys.js';
import { RedisIdempotencyKeys } from './redis-idempotency-keys.js';
import { effect, Service } from './transactions.fixture.js';

const LEASE = 4_000;
const DAY = 24 * 3_600_000;

async function connect(url: string) {
  const client = createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: 20 } });
  client.on('error', () => {}); // a test that ends the server sees its commands fail
  return client.connect();
}

keepsItsPromises('Redis', {
  promises: { exactlyOnceAfterCrash: false, inFlightAfterCrash: LEASE, refusesPayloadInFlight: true },
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
      async somebodyWaits() {
        const before = claims;
        await until('it looks again', () => claims > before + 1, { within: '1s' });
        return true;
      },
      async letADayPass() {
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
  const answer: WorkAnswer = { status: 202, headers: {}, body: Buffer.from('done') };
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

  it('keep the lease for as long as the work lasts', async () => {
    const lease = 6_000;
    const remaining = async () => client.pTTL((await client.keys('*'))[0]!);
    const first = keysWith({ lease }).once(service, request, async (tx) => {
      await effect(tx, 'k1');
      await until('a part of it has run out', async () => (await remaining()) < lease - 1_000);
      await until('it is whole again', async () => (await remaining()) > lease - 500);
      return answer;
    });
    expect((await first).replayed).toBe(false);
    expect(await service.effects()).toEqual(['k1']);
  });

  it('undo the work of a process that slept longer than its lease', async () => {
    const asleep = keysWith({}).once(service, request, async (tx) => {
      await effect(tx, 'too late');
      await client.flushAll(); // what its lease running out looks like to it
      await keysWith({}).once(service, request, async (another) => {
        await effect(another, 'in time');
        return answer;
      });
      return answer;
    });
    await expect(asleep).rejects.toThrow(KeyInFlight);
    expect(await service.effects()).toEqual(['in time']);
  });

  it('let the first recorded answer stand when two have acted, each having lost the other', async () => {
    const saying = (text: string) => async () => ({ ...answer, body: Buffer.from(text) });
    const sleepsAfterCommit = {
      async transaction<T>(work: Parameters<typeof service.transaction<T>>[0]) {
        const result = await service.transaction(work);
        await client.flushAll();
        await keysWith({}).once(service, request, saying('the other'));
        return result;
      },
    };
    const given = await keysWith({}).once(sleepsAfterCommit, request, saying('the sleeper'));
    expect([Buffer.from(given.body).toString(), given.replayed]).toEqual(['the other', true]);
  });

  it('do nothing while Redis is away, and say so at once', async () => {
    await redis.stop();
    await until('the client has noticed', () => !client.isReady);
    const acted = keysWith({}).once(service, request, async (tx) => {
      await effect(tx, 'k1');
      return answer;
    });
    await expect(acted).rejects.toThrow();
    expect(await service.effects()).toEqual([]);
  });

  it('give the answer of a committed effect also when Redis went away meanwhile, and warn', async () => {
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
      return answer;
    });
    expect((await act).status).toBe(202);
    expect(warnings).toEqual(['idempotency: an answer was not recorded, a retry does the work again']);
    expect(await service.effects()).toEqual(['k1']);
  });
});
