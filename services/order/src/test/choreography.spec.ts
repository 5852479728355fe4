import { MessageOutbox } from '@waybill/messaging';
import { createLogger, Database, isSealed } from '@waybill/platform';
import { type FreshDatabase, until } from '@waybill/testing';
import { ChoreographedSagas, PaymentTokenKey } from '../choreography/choreographed-sagas.js';
import { EndUndoneOrder } from '../choreography/end-undone-order.js';
import { OverdueOrders, SagaDeadlines } from '../choreography/overdue-orders.js';
import type { Attempt, Order } from '../domain/order.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { cancelOrder } from '../usecases/cancel-order.js';
import { confirmOrder } from '../usecases/end-order.js';
import { anOrder } from './an-order.fixture.js';
import { orderDatabase } from './order-api.fixture.js';

let server: FreshDatabase;
let database: Database;
let sagas: ChoreographedSagas;
let undone: EndUndoneOrder;
const outbox = new MessageOutbox({ source: '/waybill/order' });
const orders = new OrderRepository(outbox);
const logger = createLogger({ service: 'test', level: 'silent' });

beforeAll(async () => {
  server = await orderDatabase();
  database = new Database({ url: server.url, logger });
  sagas = new ChoreographedSagas(database, orders, outbox, new PaymentTokenKey('the same as payment has'));
  undone = new EndUndoneOrder(orders, outbox);
});
afterAll(async () => {
  await database.close();
  await server.drop();
});

async function placed(): Promise<Order> {
  const order = anOrder();
  await database.transaction((tx) => orders.insert(tx, order));
  return order;
}

async function begun(): Promise<Order> {
  const order = await placed();
  await sagas.start(order);
  return order;
}

async function messages({ orderId }: Attempt) {
  const { rows } = await server.pool.query(
    `SELECT coalesce(headers ->> 'ce_type', destination) AS type, convert_from(body, 'UTF8')::json AS body
     FROM waybill.outbox WHERE convert_from(body, 'UTF8')::json ->> 'orderId' = $1 ORDER BY seq`,
    [orderId],
  );
  return rows as { type: string; body: Record<string, never> }[];
}
const types = async (attempt: Attempt) => (await messages(attempt)).map(({ type }) => type.split('.')[1]);

const now = (orderId: string) => orders.find(database.autocommit, orderId);
const history = async ({ orderId }: Attempt): Promise<string[]> =>
  (await server.pool.query('SELECT status FROM order_history WHERE order_id = $1 ORDER BY seq', [orderId])).rows.map(
    ({ status }) => status,
  );

describe('a choreographed saga', () => {
  it('begins once, and its event has what is charged, with the token sealed', async () => {
    const order = await begun();
    await sagas.start(order);
    const [started, ...others] = await messages(order);
    expect(others).toEqual([]);
    const { charge } = started!.body as unknown as { charge: { customerId: string; paymentToken: string } };
    expect(started!.type).toBe('waybill.OrderProcessingStarted.v1');
    expect([charge.customerId, isSealed(charge.paymentToken)]).toEqual(['cus_1', true]);
  });

  it('of an order that was cancelled before takes the way back at once', async () => {
    const order = await placed();
    await database.transaction((tx) => cancelOrder({ orders, outbox }, tx, order.orderId));
    await sagas.start(order);
    expect((await types(order)).at(-1)).toBe('OrderAborted');
  });

  it('takes the way back when it is cancelled, and ends as CANCELLED once all is undone', async () => {
    const order = await begun();
    await database.transaction((tx) => cancelOrder({ orders, outbox }, tx, order.orderId));
    expect(await types(order)).toEqual(['OrderProcessingStarted', 'OrderAborted']);
    expect((await now(order.orderId))?.status).toBe('PENDING');

    await database.transaction((tx) => undone.end(tx, order, 'TIMED_OUT'));
    expect(await now(order.orderId)).toMatchObject({ status: 'CANCELLED' });
  });

  it('confirms nothing that is on its way back', async () => {
    const order = await begun();
    await database.transaction((tx) => cancelOrder({ orders, outbox }, tx, order.orderId));
    await database.transaction((tx) => confirmOrder({ orders, outbox }, tx, order));
    expect((await now(order.orderId))?.status).toBe('PENDING');
  });

  it('shows every status, although the events about them come in another order', async () => {
    const order = await begun();
    await database.transaction((tx) => confirmOrder({ orders, outbox }, tx, order));
    await database.transaction((tx) => orders.move(tx, order, 'PAID'));
    expect(await history(order)).toEqual(['PENDING', 'RESERVED', 'PAID', 'CONFIRMED']);
  });

  it('is nothing that an orchestrator could have lost', async () => {
    const [choreographed, orchestrated] = [await begun(), await placed()];
    const old = `UPDATE orders SET updated_at = now() - interval '1 day' WHERE order_id IN ($1, $2)`;
    await server.pool.query(old, [choreographed.orderId, orchestrated.orderId]);
    const stalled = (await orders.stalled(database.autocommit, 1_000)).map(({ orderId }) => orderId);
    expect(stalled).toContain(orchestrated.orderId);
    expect(stalled).not.toContain(choreographed.orderId);
  });

  it('of the next attempt begins like the first', async () => {
    const order = await begun();
    await database.transaction((tx) => undone.end(tx, order, 'PAYMENT_DECLINED'));
    await orders.beginNextAttempt(database.autocommit, order);
    await sagas.start({ ...order, attempt: 2 });
    const started = (await messages(order)).filter(({ type }) => type.includes('OrderProcessingStarted'));
    expect(started.map(({ body }) => body.attempt)).toEqual([1, 2]);
    expect(await now(order.orderId)).toMatchObject({ status: 'PENDING', attempt: 2 });
  });
});

describe('an overdue order', () => {
  it.each([
    ['PENDING', 'INVENTORY_UNAVAILABLE'],
    ['RESERVED', 'PAYMENT_UNAVAILABLE'],
  ] as const)('that is %s takes the way back, once, and then fails with %s', async (status, reason) => {
    const order = await begun();
    if (status !== 'PENDING') await database.transaction((tx) => orders.move(tx, order, status));
    const overdue = new OverdueOrders(database, orders, outbox, new SagaDeadlines(1, 1, 60_000), logger);
    overdue.onApplicationBootstrap();
    await until('it is aborted', async () => (await types(order)).includes('OrderAborted'));
    await overdue.beforeApplicationShutdown();
    expect(await types(order)).toEqual(['OrderProcessingStarted', 'OrderAborted']);

    await database.transaction((tx) => undone.end(tx, order, 'TIMED_OUT'));
    expect(await now(order.orderId)).toMatchObject({ status: 'FAILED', reason });
  });
});
