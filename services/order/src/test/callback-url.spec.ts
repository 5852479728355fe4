import type { FreshDatabase } from '@waybill/testing';
import { anOrder, type OrderApi, orderDatabase, placing, startOrderApi } from './order-api.fixture.js';

let database: FreshDatabase;
let api: OrderApi;
let anywhere: OrderApi;
beforeAll(async () => {
  database = await orderDatabase();
  [api, anywhere] = await Promise.all([
    startOrderApi(database.url),
    startOrderApi(database.url, { WEBHOOK_TARGETS: 'any' }),
  ]);
});
afterAll(async () => {
  await Promise.all([api.app.close(), anywhere.app.close()]);
  await database.drop();
});

const placeWith = (callbackUrl: unknown, at: OrderApi = api) =>
  at.call('/orders', placing({}, { ...anOrder, callbackUrl }));

describe('a callback URL', () => {
  it.each([
    ['by HTTP', 'http://example.com/'],
    ['of another scheme', 'ftp://example.com/'],
    ['of another scheme', 'javascript:alert(1)'],
    ['with a password', 'https://ada:secret@example.com/'],
    ['with a user name', 'https://ada@example.com/'],
    ['to a private address', 'https://10.0.0.1/'],
    ['to loopback, in hexadecimal', 'https://0x7f.1/'],
    ['to loopback, in IPv6', 'https://[::ffff:127.0.0.1]/'],
    ['to localhost', 'https://localhost./'],
    ['that is none', 'example.com/hook'],
    ['that is none', ''],
    ['that is no text', 7],
    ['that is null', null],
    ['that is too long', `https://example.com/${'a'.repeat(2_048)}`],
  ])('%s is rejected: %s', async (_, callbackUrl) => {
    const response = await placeWith(callbackUrl);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ field: 'callbackUrl' }] });
  });

  it('may lead anywhere where the setting allows it, but never with a password', async () => {
    expect((await placeWith('http://127.0.0.1:9/hook', anywhere)).status).toBe(202);
    expect((await placeWith('http://ada:secret@127.0.0.1:9/hook', anywhere)).status).toBe(400);
    expect((await placeWith('ftp://127.0.0.1/', anywhere)).status).toBe(400);
  });

  it('is shown with its order, not in the list of all orders, and is in no message', async () => {
    const callbackUrl = 'https://example.com/hook?secret=sesame';
    const { orderId } = (await (await placeWith(callbackUrl)).json()) as { orderId: string };
    expect((await api.app.inject(`/orders/${orderId}`)).json()).toMatchObject({ callbackUrl });
    expect((await api.app.inject('/orders')).body).toContain(orderId);
    expect((await api.app.inject('/orders')).body).not.toContain('sesame');
    const { rows } = await database.pool.query(
      `SELECT convert_from(body, 'UTF8') || headers::text AS message FROM waybill.outbox`,
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain('sesame');
  });
});
