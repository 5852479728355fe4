import { consumers } from '@waybill/contracts';
import { backingServices, FakeHttpServer, jsonResponse, type Route, until } from '@waybill/testing';
import { type Console, callApi, startConsole } from './console.fixture.js';

interface Source {
  name: string;
  retryTiers: { delayMs: number; messages: number | null }[];
  waitingForRetry: number | null;
  publishedPerSecond: number | null;
  consumers: {
    consumer: string;
    lagMessages: number | null;
    measuredAt: string | null;
    handledPerSecond: number | null;
    parkedKeys: number | null;
    processes: { process: string; state: string; pausedAt: string | null; seenAt: string | null }[];
  }[];
}

const [service, consumed] = Object.entries(consumers).find(([, { queues }]) => queues.length > 0)!;
const [topic, queue] = [consumed.topics[0]!.name, consumed.queues[0]!.name];
const PAUSED_AT = '2026-01-01T00:00:00.000Z';

let handled = 100;
const metrics: Route = (_, response) => {
  handled += 50;
  response.end(
    [
      `waybill_messages_handled_total{source="${topic}",type="a",outcome="done"} ${handled}`,
      `waybill_messages_handled_total{source="${topic}",type="b",outcome="done"} ${handled}`,
      `waybill_kafka_parked_keys{topic="${topic}"} 3`,
      'waybill_outbox_backlog{target="kafka"} 12',
      'waybill_outbox_oldest_age_seconds{target="kafka"} 4.5',
    ].join('\n'),
  );
};
const consumerList = jsonResponse(200, {
  items: [
    { name: topic, kind: 'topic', consumer: service, state: 'paused', pausedAt: PAUSED_AT },
    { name: queue, kind: 'queue', consumer: service, state: 'running', pausedAt: null },
  ],
});

let console: Console;
let fake: FakeHttpServer;
beforeAll(async () => {
  fake = await FakeHttpServer.start({ 'GET /metrics': metrics, 'GET /consumers': consumerList });
  console = await startConsole({
    config: { PROCESS_URLS: new Map([['worker', fake.url]]), RABBITMQ_MANAGEMENT_URL: backingServices().rabbitmqUi },
  });
});
afterAll(async () => {
  await console.stop();
  await fake.stop();
});

const list = async <Item = Source>(path: string) =>
  (await callApi<{ items: Item[]; nextCursor: null }>(console, 'GET', path)).body.items;
const consumerOf = async (path: string, name: string) => {
  const source = (await list(path)).find((one) => one.name === name)!;
  return source.consumers.find(({ consumer }) => consumer === service)!;
};

describe('topics and queues', () => {
  it('are all listed, with what their consumers say of themselves', async () => {
    const { parkedKeys, processes } = await consumerOf('/topics', topic);
    expect(parkedKeys).toBe(3);
    expect(processes).toEqual([
      { process: 'worker', url: fake.url, state: 'paused', pausedAt: PAUSED_AT, seenAt: expect.any(String) },
    ]);
    expect((await consumerOf('/queues', queue)).processes).toMatchObject([{ state: 'running', pausedAt: null }]);
    expect(await list('/outboxes')).toMatchObject([
      { process: 'worker', target: 'kafka', messages: 12, oldestAgeSeconds: 4.5 },
    ]);
  });

  it('say how fast they are consumed once that was measured twice', async () => {
    const rate = await until('the rate is known', async () => (await consumerOf('/topics', topic)).handledPerSecond);
    expect(rate).toBeGreaterThan(0);
    expect(rate).toBeLessThan(100);
  });

  it('say what waits in a queue and in each of its retry tiers, as the broker says it', async () => {
    await console.rabbit.send({ type: 'test.Task.v1', destination: { name: queue }, subjectOf: () => 'it' }, {});
    const shown = await until('the task waits', async () => {
      const source = (await list('/queues')).find(({ name }) => name === queue)!;
      return source.consumers[0]!.lagMessages === 1 && source;
    });
    const { retryTiers } = consumed.queues[0]!;
    expect(shown.retryTiers).toEqual(retryTiers.map((delayMs) => ({ delayMs, messages: 0 })));
    expect(shown.waitingForRetry).toBe(0);
    expect(shown.consumers[0]!.measuredAt).toEqual(expect.any(String));
  });

  it('cost a process nothing while nobody asks, and one look for many who do', async () => {
    await Promise.all(Array.from({ length: 10 }, () => list('/topics')));
    const before = fake.requests.length;
    await Promise.all(Array.from({ length: 10 }, () => list('/queues')));
    expect(fake.requests.length - before).toBeLessThanOrEqual(2);
  });

  it('do not take what a process said for what is, once it is away', async () => {
    await fake.stop();
    const seen = await until('it is unavailable', async () => {
      const { processes, parkedKeys } = await consumerOf('/topics', topic);
      return processes[0]!.state === 'unavailable' && { ...processes[0]!, parkedKeys };
    });
    expect(seen).toMatchObject({ pausedAt: null, seenAt: expect.any(String), parkedKeys: null });
    expect(await list('/outboxes')).toMatchObject([{ messages: null, oldestAgeSeconds: null }]);
  });

  it('are for operators and readers only', async () => {
    for (const path of ['/topics', '/queues', '/outboxes'])
      expect((await callApi(console, 'GET', path, undefined, {})).status).toBe(401);
    expect((await callApi(console, 'GET', '/topics?other=1')).status).toBe(400);
  });
});
