import type { Logger } from '@waybill/platform';
import { FakeHttpServer, jsonResponse, type Route, until } from '@waybill/testing';
import { ObservedCopies } from './observed-copies.js';

const logger = { debug() {} } as unknown as Logger;
const servers: FakeHttpServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

/** A copy that counts so many jobs with every look at its metrics. */
async function copyCounting(jobs: number): Promise<FakeHttpServer> {
  let count = 0;
  const metrics: Route = (_, response) => {
    count += jobs;
    response.end(`jobs_total{queue="in"} ${count}\njobs_total{queue="out"} 1\n`);
  };
  const consumers = jsonResponse(200, { items: [] });
  const server = await FakeHttpServer.start({ 'GET /metrics': metrics, 'GET /consumers': consumers });
  servers.push(server);
  return server;
}

const observe = (list: () => Promise<string[]>) =>
  new ObservedCopies({
    addresses: new Map([['worker', { list }]]),
    operatorToken: '',
    metrics: ['jobs_total'],
    logger,
  });

it('each copy of a process is observed by itself', async () => {
  const copies = [await copyCounting(100), await copyCounting(1)];
  const observed = observe(async () => copies.map(({ url }) => url));
  const [fast, slow] = await until('both were observed twice', async () => {
    const rates = (await observed.all()).map((copy) => copy.rateOf('jobs_total', { queue: 'in' }));
    return rates.every((rate) => rate !== undefined) && rates;
  });
  expect(fast! / slow!).toBeGreaterThan(50);
});

it('a process without an address keeps the copies that were there last, as unavailable', async () => {
  const copy = await copyCounting(1);
  const { url } = copy;
  let isKnown = true;
  const observed = observe(async () => {
    if (!isKnown) throw new Error('getaddrinfo ENOTFOUND worker');
    return [url];
  });
  await observed.all();
  isKnown = false;
  await copy.stop();
  servers.pop();
  const copyNow = await until('it is unavailable', async () => {
    const [one] = await observed.all();
    return one && !one.isAvailable && one;
  });
  expect(copyNow).toMatchObject({ process: 'worker', url });
  expect(copyNow.seenAt).toEqual(expect.any(Number));
  expect(copyNow.valueOf('jobs_total', { queue: 'in' })).toBe(1);
});
