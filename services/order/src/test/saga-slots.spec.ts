import { MessageOutbox } from '@waybill/messaging';
import { createLogger, Database } from '@waybill/platform';
import { type FreshDatabase, until } from '@waybill/testing';
import type { Order } from '../domain/order.js';
import { SagaLimit, SagaSlots } from '../handlers/saga-slots.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { anOrder } from './an-order.fixture.js';
import { orderDatabase } from './order-api.fixture.js';

let server: FreshDatabase;
let database: Database;
let slots: SagaSlots;
const orders = new OrderRepository(new MessageOutbox({ source: '/waybill/order' }));
const logger = createLogger({ service: 'test', level: 'silent' });
const never = new AbortController().signal;

beforeAll(async () => {
  server = await orderDatabase();
  database = new Database({ url: server.url, logger });
});
beforeEach(() => {
  slots = new SagaSlots(database, orders, new SagaLimit(2), logger);
});
afterEach(() => slots.beforeApplicationShutdown());
afterAll(async () => {
  await database.close();
  await server.drop();
});

async function placed(): Promise<Order> {
  const order = anOrder();
  await orders.insert(database.autocommit, order);
  return order;
}

/** Places so many orders; returns them, and in which order they got their slots. */
async function taking(count: number) {
  const all = await Promise.all(Array.from({ length: count }, placed));
  const begun: Order[] = [];
  const takes = all.map((order) => slots.take(order, never).then(() => void begun.push(order)));
  const untilBegun = (expected: number) => until(`${expected} have begun`, () => begun.length === expected);
  return { all, begun, takes, untilBegun };
}

const end = (order: Order) => orders.move(database.autocommit, order, 'FAILED', 'OUT_OF_STOCK');

it('begins as many sagas as are allowed, and the next one when one of them has ended, first come first served', async () => {
  const { all, begun, untilBegun } = await taking(5);
  await untilBegun(2);
  await end(all[1]!);
  await untilBegun(3);
  await end(all[0]!);
  await untilBegun(4);
  await end(all[2]!);
  await untilBegun(5);
  expect(begun).toEqual(all);
});

it('gives a slot back whose saga could not be started', async () => {
  const { all, untilBegun } = await taking(3);
  await untilBegun(2);
  slots.giveBack(all[0]!);
  await untilBegun(3);
});

it('needs no second slot for a task that comes again', async () => {
  const { all, untilBegun } = await taking(2);
  await untilBegun(2);
  await slots.take(all[0]!, never);
});

it('ends the wait of a message whose process stops, and gives its turn to the next one', async () => {
  const { all, untilBegun } = await taking(2);
  await untilBegun(2);
  const stopping = new AbortController();
  const stopped = slots.take(await placed(), stopping.signal);
  const next = slots.take(await placed(), never);
  stopping.abort();
  await expect(stopped).rejects.toThrow('stops');
  await end(all[0]!);
  await next;
});
