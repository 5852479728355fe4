import { MessageOutbox } from '@waybill/messaging';
import { createLogger, Database } from '@waybill/platform';
import type { FreshDatabase } from '@waybill/testing';
import { register } from 'prom-client';
import { OrderRepository } from '../persistence/order.repository.js';
import { registerSagasInProgress } from '../persistence/sagas-in-progress.js';
import { cancelOrder } from '../usecases/cancel-order.js';
import { confirmOrder, endCancelledOrder, failOrder } from '../usecases/end-order.js';
import { anOrder } from './an-order.fixture.js';
import { orderDatabase } from './order-api.fixture.js';

const outbox = new MessageOutbox({ source: '/waybill/order' });
const orders = new OrderRepository(outbox);
const ends = { orders, outbox };
const logger = createLogger({ service: 'test', level: 'silent' });
let server: FreshDatabase;
let database: Database;

beforeAll(async () => {
  server = await orderDatabase();
  database = new Database({ url: server.url, logger });
});
beforeEach(() => {
  for (const name of ['waybill_orders_ended_total', 'waybill_order_to_confirmation_seconds'])
    register.getSingleMetric(name)!.reset();
});
afterAll(async () => {
  await database.close();
  await server.drop();
});

/** Placed so many seconds ago. */
async function placed(secondsAgo = 0) {
  const at = new Date(Date.now() - secondsAgo * 1_000);
  const order = anOrder({ createdAt: at, updatedAt: at });
  await database.transaction((tx) => orders.insert(tx, order));
  return order;
}

/** The series of a metric, as `label values: value`. */
async function shown(name: string) {
  const { values } = await register.getSingleMetric(name)!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels).join(' '), value]));
}

describe('the outcomes of sagas', () => {
  it('are counted by reason, each once however often the saga repeats it', async () => {
    const [confirmed, failed, cancelled] = [await placed(3), await placed(), await placed()];
    for (let n = 0; n < 2; n++) {
      await database.transaction((tx) => confirmOrder(ends, tx, confirmed));
      await database.transaction(async (tx) => {
        await orders.decide(tx, failed, 'FAILED', 'OUT_OF_STOCK');
        await failOrder(ends, tx, failed, 'OUT_OF_STOCK');
      });
      await database.transaction((tx) => cancelOrder(ends, tx, cancelled.orderId));
      await database.transaction((tx) => endCancelledOrder(ends, tx, cancelled));
    }
    expect(await shown('waybill_orders_ended_total')).toEqual({
      'CONFIRMED  orchestration': 1,
      'FAILED OUT_OF_STOCK orchestration': 1,
      'CANCELLED  orchestration': 1,
    });
  });

  it('tell how long an order took to be confirmed', async () => {
    const order = await placed(3);
    await database.transaction((tx) => confirmOrder(ends, tx, order));
    expect(await shown('waybill_order_to_confirmation_seconds')).toMatchObject({
      '2 orchestration': 0,
      '5 orchestration': 1,
    });
  });
});

describe('the orders in progress', () => {
  it('are shown by status, with how long they have not changed, and how long they undo their steps', async () => {
    await server.pool.query('TRUNCATE orders CASCADE');
    registerSagasInProgress(database, logger);
    await placed(600);
    const undone = await placed(60);
    await database.transaction(async (tx) => {
      await orders.move(tx, undone, 'RESERVED');
      await orders.decide(tx, undone, 'FAILED', 'TIMED_OUT');
    });
    await server.pool.query(
      `UPDATE orders SET outcome_decided_at = now() - interval '5 minutes' WHERE outcome IS NOT NULL`,
    );

    expect(await shown('waybill_orders_in_progress')).toEqual({ PENDING: 1, RESERVED: 1, PAID: 0 });
    const oldest = await shown('waybill_orders_in_progress_oldest_seconds');
    expect(oldest.PENDING).toBeGreaterThanOrEqual(600);
    expect(oldest.RESERVED).toBeLessThan(60);
    expect(await shown('waybill_compensations_in_progress')).toEqual({ '': 1 });
    expect((await shown('waybill_compensations_oldest_age_seconds'))['']).toBeGreaterThanOrEqual(300);

    await database.transaction((tx) => failOrder(ends, tx, undone, 'TIMED_OUT'));
    expect(await shown('waybill_compensations_in_progress')).toEqual({ '': 0 });
    expect(await shown('waybill_compensations_oldest_age_seconds')).toEqual({ '': 0 });
  });

  it('disappear while the database is unavailable', async () => {
    const unavailable = new Database({ url: server.url, logger });
    registerSagasInProgress(unavailable, logger);
    expect(await shown('waybill_compensations_in_progress')).toEqual({ '': 0 });
    await unavailable.close();
    expect(await shown('waybill_orders_in_progress')).toEqual({});
    expect(await shown('waybill_compensations_in_progress')).toEqual({});
  });
});
