import { type FreshDatabase, TcpProxy, until } from '@waybill/testing';
import { type OrderApi, orderDatabase, place, placing, startOrderApi } from './order-api.fixture.js';

let database: FreshDatabase;
beforeAll(async () => {
  database = await orderDatabase();
});
afterAll(() => database.drop());

/** Every operation that needs the database. */
const requests = (orderId: string): [path: string, init?: RequestInit][] => [
  ['/orders'],
  [`/orders/${orderId}`],
  [`/orders/${orderId}/status`],
  [`/orders/${orderId}/events`],
  ['/orders', placing()],
  ['/orders', placing({ 'idempotency-key': crypto.randomUUID() })],
];

async function expectUnavailable(response: Response): Promise<void> {
  expect([response.status, response.headers.get('content-type')]).toEqual([
    503,
    expect.stringContaining('application/problem+json'),
  ]);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
}

const isReady = async ({ call }: OrderApi) => (await call('/health/ready')).ok;

describe('order-api', () => {
  it('responds 503 with Retry-After within seconds while its database is frozen, and recovers', async () => {
    const url = new URL(database.url);
    const proxy = await TcpProxy.to({ host: url.hostname, port: Number(url.port) });
    url.host = `127.0.0.1:${proxy.port}`;
    const api = await startOrderApi(url.href);
    const orderId = await place(api);

    proxy.holdEverything();
    const responses = requests(orderId).map(([path, init]) =>
      api.call(path, { ...init, signal: AbortSignal.timeout(15_000) }),
    );
    for (const response of await Promise.all(responses)) await expectUnavailable(response);
    expect(await isReady(api)).toBe(false);
    proxy.restore();
    await until('it is ready again', () => isReady(api));
    await place(api);
    await api.app.close();
    await proxy.close();
  });

  it('responds 503 with Retry-After to orders while its database is read-only, and is not ready', async () => {
    const api = await startOrderApi(database.url);
    const orderId = await place(api);
    const name = new URL(database.url).pathname.slice(1);
    const readOnly = async (value: 'on' | 'off') => {
      await database.pool.query(`ALTER DATABASE ${name} SET default_transaction_read_only = ${value}`);
      await database.pool.query(
        'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
    };

    await readOnly('on');
    await until('it is not ready', async () => !(await isReady(api)));
    for (const init of [placing(), placing({ 'idempotency-key': 'k' })]) {
      await expectUnavailable(await api.call('/orders', init));
    }
    expect((await api.call(`/orders/${orderId}`)).status).toBe(200);
    await database.pool.query('SET default_transaction_read_only = off');
    await readOnly('off');
    await until('it is ready again', () => isReady(api));
    await place(api);
    await api.app.close();
  });
});
