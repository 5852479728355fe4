import { MessageOutbox } from '@waybill/messaging';
import { createLogger, Database } from '@waybill/platform';
import type { FreshDatabase } from '@waybill/testing';
import type { Attempt, Order } from '../domain/order.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { orderCreated, processOrder } from '../usecases/order-messages.js';
import {
  type OrderActivities,
  orderActivities,
  type Replies,
  type Requested,
} from '../workflows/fulfil-order.activities.js';
import { anOrder } from './an-order.fixture.js';
import { orderDatabase } from './order-api.fixture.js';

let server: FreshDatabase;
let database: Database;
let activities: OrderActivities;
const outbox = new MessageOutbox({ source: '/waybill/order' });
const orders = new OrderRepository(outbox);

beforeAll(async () => {
  server = await orderDatabase();
  const logger = createLogger({ service: 'test', level: 'silent' });
  database = new Database({ url: server.url, logger });
  activities = orderActivities({ database, orders, outbox, replies: NO_WAIT, logger });
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

const messages = async ({ orderId }: Attempt): Promise<string[]> =>
  (
    await server.pool.query(
      `SELECT destination FROM waybill.outbox WHERE convert_from(body, 'UTF8')::json ->> 'orderId' = $1 ORDER BY seq`,
      [orderId],
    )
  ).rows.map(({ destination }) => destination);

const statusOf = async ({ orderId }: Attempt) => (await orders.find(database.autocommit, orderId))?.status;

const LINES = [{ sku: 'BOOK-001', quantity: 1 }];
/** Nobody replies here. */
const NO_WAIT: Replies = { request: async (_, __, request) => ({ isOpen: await request() }) };
const isOpen = (result: boolean | Requested) => (typeof result === 'object' ? result.isOpen : result);

const STEPS: [string, (attempt: Attempt) => Promise<boolean | Requested>][] = [
  ['reserves', (attempt) => activities.requestReservation(attempt, LINES)],
  ['marks as reserved', (attempt) => activities.markReserved(attempt)],
  ['ships', (attempt) => activities.requestShipment(attempt)],
];

/** An attempt whose saga may still run although our row has closed it. */
const CLOSED: Record<string, () => Promise<Attempt>> = {
  'of an order that does not exist': async () => ({ orderId: crypto.randomUUID(), attempt: 1 }),
  'that was superseded by the next one': async () => {
    const { orderId } = await placed();
    await activities.decideFailure({ orderId, attempt: 1 }, 'OUT_OF_STOCK');
    await activities.failOrder({ orderId, attempt: 1 }, 'OUT_OF_STOCK');
    await orders.beginNextAttempt(database.autocommit, { orderId, attempt: 1 });
    await server.pool.query('DELETE FROM waybill.outbox');
    return { orderId, attempt: 1 };
  },
  'that has yet to begin': async () => ({ orderId: (await placed()).orderId, attempt: 2 }),
  'whose order is confirmed': async () => {
    const order = await placed();
    await activities.confirmOrder(order);
    await server.pool.query('DELETE FROM waybill.outbox');
    return { orderId: order.orderId, attempt: 1 };
  },
};

describe.each(Object.entries(CLOSED))('an attempt %s', (_, closed) => {
  it.each(STEPS)('%s nothing', async (_, step) => {
    const attempt = await closed();
    const before = await statusOf(attempt);
    expect(isOpen(await step(attempt))).toBe(false);
    expect(await messages(attempt)).toEqual([]);
    expect(await statusOf(attempt)).toBe(before);
  });

  it('is still undone', async () => {
    const attempt = await closed();
    await activities.requestShipmentCancellation(attempt);
    await activities.requestRelease(attempt);
    expect(await messages(attempt)).toEqual(['inventory.cancel-shipment', 'inventory.release']);
  });
});

describe('an attempt that is gone', () => {
  it.each(['of an order that does not exist', 'that was superseded by the next one', 'that has yet to begin'])(
    '%s neither confirms nor fails the order',
    async (which) => {
      const attempt = await CLOSED[which]!();
      const before = await statusOf(attempt);
      expect(await activities.confirmOrder(attempt)).toBe('SUPERSEDED');
      expect(await activities.decideFailure(attempt, 'TIMED_OUT')).toBe('SUPERSEDED');
      await activities.failOrder(attempt, 'TIMED_OUT');
      expect(await statusOf(attempt)).toBe(before);
      expect(await messages(attempt)).toEqual([]);
    },
  );
});

describe('an open attempt', () => {
  it('takes every step, also when a crash repeats it', async () => {
    const order = await placed();
    for (const [, step] of STEPS) {
      expect(isOpen(await step(order))).toBe(true);
      expect(isOpen(await step(order))).toBe(true);
    }
    expect(await statusOf(order)).toBe('PAID');
  });

  it('publishes neither the payment token nor, before its outcome, the address', async () => {
    const order = await placed();
    await database.transaction((tx) => outbox.add(tx, orderCreated(order), processOrder(order)));
    for (const [, step] of STEPS) await step(order);
    const { rows } = await server.pool.query(
      `SELECT convert_from(body, 'UTF8') || headers::text AS message FROM waybill.outbox`,
    );
    expect(rows.length).toBeGreaterThan(STEPS.length);
    for (const { message } of rows) expect(message).not.toMatch(/tok_ok|ada@/);
  });
});
