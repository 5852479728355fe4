import { CancelShipment, CreateShipment, OrderConfirmed, ReleaseStock, ReserveStock } from '@waybill/contracts';
import { failureOf } from '@waybill/messaging';
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

const eventTypes = async (orderId: string, count: number) =>
  (await inventory.kafka.received(orderId, count)).map(({ type }) => type);

describe('a release', () => {
  it('releases what the attempt has reserved, once, however often the task arrives', async () => {
    const attempt = newAttempt();
    await inventory.rabbit.request(ReserveStock, { ...attempt, items: [{ sku: 'BOOK-001', quantity: 2 }] });

    expect(await inventory.rabbit.request(ReleaseStock, attempt)).toEqual(attempt);
    expect(await inventory.rabbit.request(ReleaseStock, attempt)).toEqual(attempt);
    expect(await reservations(inventory, attempt)).toEqual({ 'BOOK-001': '2 RELEASED' });
    expect(await product(inventory, 'BOOK-001')).toMatchObject({ onHand: 1_000_000, reserved: 0 });
    expect(await eventTypes(attempt.orderId, 2)).toEqual([
      'waybill.InventoryReserved.v1',
      'waybill.InventoryReleased.v1',
    ]);
  });

  it('that overtakes its reservation prevents it', async () => {
    const attempt = newAttempt();
    expect(await inventory.rabbit.request(ReleaseStock, attempt)).toEqual(attempt);

    const late = await inventory.rabbit.request(ReserveStock, {
      ...attempt,
      items: [{ sku: 'BOOK-002', quantity: 2 }],
    });
    expect(late).toEqual({ ...attempt, outcome: 'released' });
    expect(await reservations(inventory, attempt)).toEqual({});
    expect(await product(inventory, 'BOOK-002')).toMatchObject({ reserved: 0 });
  });

  it('of one attempt leaves the reservation of the next one', async () => {
    const { orderId } = newAttempt();
    await inventory.rabbit.request(ReleaseStock, { orderId, attempt: 1 });

    const next = { orderId, attempt: 2 };
    const reply = await inventory.rabbit.request(ReserveStock, { ...next, items: [{ sku: 'BOOK-003', quantity: 1 }] });
    expect(reply).toMatchObject({ outcome: 'reserved' });
    await inventory.rabbit.request(ReleaseStock, { orderId, attempt: 1 });
    expect(await reservations(inventory, next)).toEqual({ 'BOOK-003': '1 OPEN' });
  });

  it('that races its reservation leaves nothing reserved', async () => {
    const attempts = Array.from({ length: 20 }, newAttempt);
    const items = [{ sku: 'BOOK-004', quantity: 1 }];
    await Promise.all(
      attempts.flatMap((attempt) => [
        inventory.rabbit.request(ReserveStock, { ...attempt, items }),
        inventory.rabbit.request(ReleaseStock, attempt),
      ]),
    );
    expect(await product(inventory, 'BOOK-004')).toMatchObject({ reserved: 0 });
  });
});

describe('the cancellation of a shipment', () => {
  it('cancels the shipment once, however often the task arrives', async () => {
    const attempt = newAttempt();
    expect(await inventory.rabbit.request(CreateShipment, attempt)).toMatchObject({ outcome: 'created' });

    expect(await inventory.rabbit.request(CancelShipment, attempt)).toEqual(attempt);
    expect(await inventory.rabbit.request(CancelShipment, attempt)).toEqual(attempt);
    expect(await shipments(inventory, attempt)).toEqual(['CANCELLED']);
    expect(await eventTypes(attempt.orderId, 2)).toEqual([
      'waybill.ShipmentCreated.v1',
      'waybill.ShipmentCancelled.v1',
    ]);
  });

  it('that overtakes its creation prevents it', async () => {
    const attempt = newAttempt();
    expect(await inventory.rabbit.request(CancelShipment, attempt)).toEqual(attempt);
    expect(await inventory.rabbit.request(CreateShipment, attempt)).toEqual({ ...attempt, outcome: 'cancelled' });
    expect(await shipments(inventory, attempt)).toEqual(['CANCELLED']);
  });

  it('after the dispatch is rejected and dead-lettered for an operator', async () => {
    const attempt = newAttempt();
    await inventory.rabbit.request(CreateShipment, attempt);
    await inventory.kafka.publish(OrderConfirmed, confirmed(attempt));
    await until('the shipment is delivered', async () => (await shipments(inventory, attempt))[0] === 'DELIVERED');

    const id = await inventory.rabbit.send(CancelShipment, attempt);
    const deadLetter = await inventory.rabbit.take('inventory.cancel-shipment-dlq');
    expect(deadLetter.id).toBe(id);
    expect(failureOf(deadLetter.headers)).toMatchObject({ class: 'business', attempts: 1, consumer: 'inventory' });
    expect(await shipments(inventory, attempt)).toEqual(['DELIVERED']);
  });
});
