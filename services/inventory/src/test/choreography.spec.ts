import {
  type Charge,
  OrderProcessingStarted,
  PaymentCharged,
  PaymentFailed,
  PaymentUndone,
  ReserveStock,
} from '@waybill/contracts';
import { type Inventory, newAttempt, product, reservations, shipments, startInventory } from './inventory.fixture.js';

const charge: Charge = { customerId: 'cus_1', total: { amount: 100, currency: 'EUR' }, paymentToken: 'sealed' };
const items = [{ sku: 'BOOK-001', quantity: 2 }];
const payment = { saga: 'choreography', paymentId: 'a payment', total: charge.total } as const;

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
  await inventory.kafka.listen('inventory.events');
});
afterAll(() => inventory.stop());

const events = async (orderId: string, count: number) =>
  (await inventory.kafka.received(orderId, count)).map(({ type, body }) => ({ type, ...JSON.parse(body) }));
const eventTypes = async (orderId: string, count: number) => (await events(orderId, count)).map(({ type }) => type);

describe('a choreographed saga', () => {
  it('passes on what is to be charged once the items are reserved', async () => {
    const attempt = newAttempt();
    await inventory.kafka.publish(OrderProcessingStarted, { ...attempt, items, charge });
    expect(await events(attempt.orderId, 1)).toEqual([
      { type: 'waybill.InventoryReserved.v1', ...attempt, saga: 'choreography', items, charge },
    ]);
  });

  it('ends with the rejection of items that are out of stock', async () => {
    const attempt = newAttempt();
    const many = [{ sku: 'RARE-001', quantity: 6 }];
    await inventory.kafka.publish(OrderProcessingStarted, { ...attempt, items: many, charge });
    expect(await eventTypes(attempt.orderId, 1)).toEqual(['waybill.InventoryRejected.v1']);
    await inventory.kafka.publish(PaymentUndone, attempt);

    const next = newAttempt();
    await inventory.kafka.publish(PaymentUndone, next);
    await inventory.kafka.received(next.orderId, 1); // so it has seen the one before, of which there is nothing to say
    expect(await eventTypes(attempt.orderId, 1)).toHaveLength(1);
  });

  it('creates the shipment once payment is charged', async () => {
    const attempt = newAttempt();
    await inventory.kafka.publish(OrderProcessingStarted, { ...attempt, items, charge });
    await inventory.kafka.received(attempt.orderId, 1);
    await inventory.kafka.publish(PaymentCharged, { ...attempt, ...payment });
    expect((await events(attempt.orderId, 2))[1]).toMatchObject({
      type: 'waybill.ShipmentCreated.v1',
      saga: 'choreography',
    });
  });

  it('releases the items of a failed payment, for its reason', async () => {
    const attempt = newAttempt();
    await inventory.kafka.publish(OrderProcessingStarted, { ...attempt, items, charge });
    await inventory.kafka.received(attempt.orderId, 1);
    await inventory.kafka.publish(PaymentFailed, { ...attempt, ...payment, reason: 'PAYMENT_DECLINED' });
    expect((await events(attempt.orderId, 2))[1]).toEqual({
      type: 'waybill.InventoryReleased.v1',
      ...attempt,
      saga: 'choreography',
      reason: 'PAYMENT_DECLINED',
    });
    expect(await reservations(inventory, attempt)).toEqual({ 'BOOK-001': '2 RELEASED' });
  });

  it('undoes the shipment and the reservation once payment is undone, and says so once', async () => {
    const attempt = newAttempt();
    await inventory.kafka.publish(OrderProcessingStarted, { ...attempt, items, charge });
    await inventory.kafka.received(attempt.orderId, 1);
    await inventory.kafka.publish(PaymentCharged, { ...attempt, ...payment });
    await inventory.kafka.received(attempt.orderId, 2);
    await inventory.kafka.publish(PaymentUndone, attempt);
    await inventory.kafka.publish(PaymentUndone, attempt);
    expect(await eventTypes(attempt.orderId, 4)).toEqual([
      'waybill.InventoryReserved.v1',
      'waybill.ShipmentCreated.v1',
      'waybill.ShipmentCancelled.v1',
      'waybill.InventoryReleased.v1',
    ]);
    expect(await shipments(inventory, attempt)).toEqual(['CANCELLED']);
  });

  it('reserves and ships nothing after it was undone', async () => {
    const attempt = newAttempt();
    await inventory.kafka.publish(PaymentUndone, attempt);
    expect(await eventTypes(attempt.orderId, 1)).toEqual(['waybill.InventoryReleased.v1']);
    await inventory.kafka.publish(PaymentCharged, { ...attempt, ...payment });
    const reply = await inventory.rabbit.request(ReserveStock, { ...attempt, items });
    expect(reply).toMatchObject({ outcome: 'released' });
    expect(await shipments(inventory, attempt)).toEqual(['CANCELLED']);
  });
});

describe('an event of an orchestrated saga', () => {
  it('starts no step', async () => {
    const [orchestrated, choreographed] = [newAttempt(), newAttempt()];
    await inventory.kafka.publish(PaymentCharged, { ...orchestrated, ...payment, saga: undefined });
    await inventory.kafka.publish(PaymentCharged, { ...choreographed, ...payment });
    await inventory.kafka.received(choreographed.orderId, 1);
    expect(await shipments(inventory, orchestrated)).toEqual([]);
    expect(await product(inventory, 'BOOK-002')).toMatchObject({ reserved: 0 });
  });
});
