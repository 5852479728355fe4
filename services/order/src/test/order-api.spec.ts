import { type FreshDatabase, until } from '@waybill/testing';
import { anOrder, type OrderApi, orderDatabase, place, placing, startOrderApi } from './order-api.fixture.js';

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

const post = async ({ app }: OrderApi) => app.inject({ method: 'POST', url: '/orders', payload: anOrder });

describe('an accepted order', () => {
  it('is committed together with its event and its task', async () => {
    const { orderId } = (await post(api)).json<{ orderId: string }>();

    const { rows } = await database.pool.query(
      `SELECT target, destination, convert_from(body, 'UTF8')::json ->> 'orderId' AS order_id FROM waybill.outbox
       WHERE convert_from(body, 'UTF8')::json ->> 'orderId' = $1 ORDER BY seq`,
      [orderId],
    );
    expect(rows).toEqual([
      { target: 'kafka', destination: 'orders.events', order_id: orderId },
      { target: 'rabbitmq', destination: 'orders.process', order_id: orderId },
    ]);
    expect((await api.app.inject(`/orders/${orderId}`)).json()).toMatchObject({
      status: 'PENDING',
      total: { amount: 2_500, currency: 'EUR' },
      history: [{ status: 'PENDING' }],
    });
  });

  it('is not shown with its payment token', async () => {
    const { orderId } = (await post(api)).json<{ orderId: string }>();
    expect((await api.app.inject(`/orders/${orderId}`)).body).not.toContain('tok_ok');
  });
});

describe('order-api', () => {
  it('is not ready before its copy of the catalogue is complete', async () => {
    await database.pool.query('DELETE FROM catalogue_progress');
    const before = await api.app.inject('/health/ready');
    expect(before.statusCode).toBe(503);
    expect(before.json()).toMatchObject({ checks: { catalogue: { status: 'failing' } } });

    await database.pool.query('INSERT INTO catalogue_progress (read_to_the_end) VALUES (now())');
    expect((await api.app.inject('/health/ready')).statusCode).toBe(200);
  });

  it('rejects orders with 429 and Retry-After while too many messages are waiting, but replays what it accepted before', async () => {
    const key = { 'idempotency-key': crypto.randomUUID() };
    const accepted = await api.call('/orders', placing(key));
    const strict = await startOrderApi(database.url, { OUTBOX_BACKLOG_LIMIT: 1 });
    const rejected = await until('an order is rejected', async () => {
      const response = await strict.call('/orders', placing());
      return response.status === 429 && response;
    });
    expect(Number(rejected.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(rejected.headers.get('content-type')).toContain('application/problem+json');
    const newKey = placing({ 'idempotency-key': crypto.randomUUID() });
    expect((await strict.call('/orders', newKey)).status).toBe(429);
    const replayed = await strict.call('/orders', placing(key));
    expect([replayed.status, replayed.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    expect(await replayed.text()).toBe(await accepted.text());
    await strict.app.close();
    await rejectedKeyIsFree(newKey);
  });

  it('rejects orders with 429 while many have been waiting for long, but not for a few that are stuck', async () => {
    const impatient = await startOrderApi(database.url, { ORDER_WAIT_LIMIT: 60_000 });
    const attempt = async () => (await impatient.call('/orders', placing())).status;
    await database.pool.query(`UPDATE orders SET updated_at = now() - interval '1 h' WHERE status = 'PENDING'`);
    await until('an order is rejected', async () => {
      await api.call('/orders', placing());
      await database.pool.query(`UPDATE orders SET updated_at = now() - interval '1 h' WHERE status = 'PENDING'`);
      return (await attempt()) === 429;
    });
    const { rowCount } = await database.pool.query(`SELECT FROM orders WHERE status = 'PENDING'`);
    expect(rowCount).toBeGreaterThan(20);

    await database.pool.query(
      `UPDATE orders SET status = 'FAILED' WHERE order_id NOT IN (SELECT order_id FROM orders ORDER BY order_id LIMIT 10)`,
    );
    await until('orders are accepted again', async () => (await attempt()) === 202);
    await impatient.app.close();
  });

  const rejectedKeyIsFree = async (request: RequestInit) => {
    const response = await api.call('/orders', request);
    expect([response.status, response.headers.get('idempotency-replayed')]).toEqual([202, null]);
  };

  it.each([
    ['lines of different currencies', ['BOOK-001', 'MUG-001'], 'mixed-currencies'],
    ['nothing to charge', ['FREE-001'], 'not-chargeable'],
    ['an unknown SKU', ['BOOK-001', 'GONE-001'], 'unknown-sku'],
  ])('rejects an order with %s by 422', async (_, skus, name) => {
    const items = skus.map((sku) => ({ sku, quantity: 1 }));
    const response = await api.call('/orders', placing({}, { ...anOrder, items }));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ type: `urn:waybill:problem:${name}`, status: 422 });
  });

  it('lists no orders when the list is closed, and still shows one by its id', async () => {
    const closed = await startOrderApi(database.url, { ORDER_LIST: 'closed' });
    expect((await closed.call('/orders')).status).toBe(403);
    expect((await closed.call(`/orders?customerId=${anOrder.customerId}`)).status).toBe(403);
    expect((await closed.call(`/orders/${await place(closed)}`)).status).toBe(200);
    await closed.app.close();
  });
});
