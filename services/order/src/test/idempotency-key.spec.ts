import type { FreshDatabase } from '@waybill/testing';
import { anOrder, type OrderApi, orderDatabase, placing, startOrderApi } from './order-api.fixture.js';

let database: FreshDatabase;
let api: OrderApi;
beforeAll(async () => {
  database = await orderDatabase();
  api = await startOrderApi(database.url);
});
afterAll(async () => {
  await api.app.close();
  await database.drop();
});

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = (claims: object) => `Bearer ${base64({ alg: 'RS256' })}.${base64(claims)}.${crypto.randomUUID()}`;

/** Places the same order with each of these pairs of headers; returns how many orders that made. */
async function ordersOf(requests: Record<string, string>[]): Promise<number> {
  const customerId = `cus_${crypto.randomUUID()}`;
  for (const headers of requests) {
    expect((await api.call('/orders', placing(headers, { ...anOrder, customerId }))).status).toBe(202);
  }
  const { rowCount } = await database.pool.query('SELECT FROM orders WHERE customer_id = $1', [customerId]);
  return rowCount!;
}

describe('a key', () => {
  const key = () => crypto.randomUUID();

  it.each<[string, number, (key: string) => Record<string, string>[]]>([
    ['bare and quoted', 1, (k) => [{ 'idempotency-key': k }, { 'idempotency-key': `"${k}"` }]],
    [
      'with a token that was refreshed in between',
      1,
      (k) => [1, 2].map((exp) => ({ 'idempotency-key': k, authorization: token({ sub: 'ada', exp }) })),
    ],
    [
      'of two subjects',
      2,
      (k) => ['ada', 'bob'].map((sub) => ({ 'idempotency-key': k, authorization: token({ sub }) })),
    ],
    [
      'with a credential and without',
      2,
      (k) => [{ 'idempotency-key': k, authorization: 'Basic YWRh' }, { 'idempotency-key': k }],
    ],
    ...[2_650, 10_000].map((length): [string, number, (key: string) => Record<string, string>[]] => [
      `with a credential of ${length} random characters`,
      1,
      (k) => {
        const random = Array.from({ length }, () => String.fromCharCode(33 + Math.random() * 90)).join('');
        return Array(2).fill({ 'idempotency-key': k, authorization: random });
      },
    ]),
  ])('%s makes %i order(s)', async (_, orders, requests) => {
    expect(await ordersOf(requests(key()))).toBe(orders);
  });

  it.each(['""', '"abc', '"a"b"', '"a\\b"'])('%s is rejected with 400', async (value) => {
    const response = await api.call('/orders', placing({ 'idempotency-key': value }));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field: 'Idempotency-Key' }] });
  });

  it('is stored without the credential of its caller', async () => {
    const secrets = ['Basic c2VjcmV0', 'Bearer secret-token', token({ sub: 'secret-subject' })];
    for (const authorization of secrets) await ordersOf([{ 'idempotency-key': key(), authorization }]);
    const { rows } = await database.pool.query('SELECT k::text AS text FROM waybill.idempotency_keys k');
    const stored = rows.map(({ text }) => text).join('\n');
    for (const secret of secrets) expect(stored).not.toContain(secret.split(' ')[1]);
    expect(stored).not.toContain('secret-subject');
  });
});
