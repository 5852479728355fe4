import {
  CreateShipment,
  OrderConfirmed,
  ReserveStock,
  ShipmentDelivered,
  ShipmentDispatched,
} from '@waybill/contracts';
import { until } from '@waybill/testing';
import {
  confirmed,
  type Inventory,
  newAttempt,
  product,
  reservations,
  shipments,
  startInventory,
} from './inventory.fixture.js';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
  await inventory.kafka.listen('inventory.events');
});
afterAll(() => inventory.stop());

async function readyToShip(sku: string, quantity: number) {
  const attempt = newAttempt();
  await inventory.rabbit.request(ReserveStock, { ...attempt, items: [{ sku, quantity }] });
  await inventory.rabbit.request(CreateShipment, attempt);
  return attempt;
}

const untilDelivered = (attempt: { orderId: string; attempt: number }) =>
  until('the shipment is delivered', async () => (await shipments(inventory, attempt))[0] === 'DELIVERED');

describe('a confirmed order', () => {
  it('leaves the stock for good: on hand plus shipped is still the initial stock', async () => {
    const attempt = await readyToShip('BOOK-001', 3);
    await inventory.kafka.publish(OrderConfirmed, confirmed(attempt));
    await untilDelivered(attempt);

    expect(await reservations(inventory, attempt)).toEqual({ 'BOOK-001': '3 SHIPPED' });
    expect(await product(inventory, 'BOOK-001')).toMatchObject({
      initial: 1_000_000,
      onHand: 999_997,
      shipped: 3,
      reserved: 0,
      available: 999_997,
    });
  });

  it('is announced as dispatched, then delivered, after its earlier events', async () => {
    const attempt = await readyToShip('BOOK-002', 1);
    await inventory.kafka.publish(OrderConfirmed, confirmed(attempt));

    const events = await inventory.kafka.received(attempt.orderId, 4);
    expect(events.map(({ type }) => type)).toEqual([
      'waybill.InventoryReserved.v1',
      'waybill.ShipmentCreated.v1',
      'waybill.ShipmentDispatched.v1',
      'waybill.ShipmentDelivered.v1',
    ]);
    const [, created, dispatched, delivered] = events.map(({ body }) => JSON.parse(body));
    expect(ShipmentDispatched.schema.parse(dispatched)).toMatchObject(created);
    expect(ShipmentDelivered.schema.parse(delivered)).toMatchObject(created);
  });

  it('is dispatched once when its confirmation is published again', async () => {
    const attempt = await readyToShip('BOOK-003', 2);
    const before = await inventory.handled('orders.events');
    const id = await inventory.kafka.publish(OrderConfirmed, confirmed(attempt));
    await untilDelivered(attempt);
    await inventory.kafka.publish(OrderConfirmed, confirmed(attempt), { id });
    await inventory.kafka.publish(OrderConfirmed, confirmed(attempt));
    await inventory.untilHandled('orders.events', before + 3);

    const last = await readyToShip('BOOK-004', 1);
    await inventory.kafka.publish(OrderConfirmed, confirmed(last));
    await untilDelivered(last);
    expect(await product(inventory, 'BOOK-003')).toMatchObject({ shipped: 2, onHand: 999_998 });
    expect(await inventory.kafka.received(attempt.orderId, 4)).toHaveLength(4);
  });

  it('is dispatched, and an unconfirmed one is not', async () => {
    const waiting = await readyToShip('BOOK-005', 1);
    const other = await readyToShip('BOOK-005', 1);
    await inventory.kafka.publish(OrderConfirmed, confirmed(other));
    await untilDelivered(other);

    expect(await shipments(inventory, waiting)).toEqual(['CREATED']);
    expect(await product(inventory, 'BOOK-005')).toMatchObject({ reserved: 1, shipped: 1 });
  });

  it('is dispatched concurrently with others of the same product, and each is counted', async () => {
    const attempts = await Promise.all(Array.from({ length: 10 }, () => readyToShip('BOOK-006', 2)));
    await Promise.all(attempts.map((attempt) => inventory.kafka.publish(OrderConfirmed, confirmed(attempt))));
    await Promise.all(attempts.map(untilDelivered));
    expect(await product(inventory, 'BOOK-006')).toMatchObject({ shipped: 20, onHand: 999_980, reserved: 0 });
  });
});
