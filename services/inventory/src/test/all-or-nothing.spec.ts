import { ReserveStock } from '@waybill/contracts';
import { type Inventory, newAttempt, product, reservations, startInventory } from './inventory.fixture.js';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
  await inventory.kafka.listen('inventory.events');
});
afterAll(() => inventory.stop());

describe('a reservation', () => {
  it('reserves all items and replies to the queue in reply_to', async () => {
    const attempt = newAttempt();
    const items = [
      { sku: 'BOOK-001', quantity: 3 },
      { sku: 'BOOK-002', quantity: 1 },
    ];

    expect(await inventory.rabbit.request(ReserveStock, { ...attempt, items })).toEqual({
      ...attempt,
      outcome: 'reserved',
    });
    expect(await reservations(inventory, attempt)).toEqual({ 'BOOK-001': '3 OPEN', 'BOOK-002': '1 OPEN' });
    const [event] = await inventory.kafka.received(attempt.orderId, 1);
    expect(event).toMatchObject({ topic: 'inventory.events', type: 'waybill.InventoryReserved.v1' });
    expect(JSON.parse(event!.body)).toEqual({ ...attempt, items });
  });

  it('reserves nothing when one item is short, and names it in the event', async () => {
    const attempt = newAttempt();
    const items = [
      { sku: 'BOOK-003', quantity: 1 },
      { sku: 'RARE-001', quantity: 6 },
    ];

    expect(await inventory.rabbit.request(ReserveStock, { ...attempt, items })).toMatchObject({
      outcome: 'out-of-stock',
    });
    expect(await reservations(inventory, attempt)).toEqual({});
    expect(await product(inventory, 'BOOK-003')).toMatchObject({ reserved: 0 });
    const [event] = await inventory.kafka.received(attempt.orderId, 1);
    expect(event).toMatchObject({ type: 'waybill.InventoryRejected.v1' });
    expect(JSON.parse(event!.body)).toMatchObject({ shortages: [{ sku: 'RARE-001', quantity: 6, available: 5 }] });
  });

  it('is made once per attempt, and a repeated request gets the same reply', async () => {
    const attempt = newAttempt();
    const request = { ...attempt, items: [{ sku: 'BOOK-004', quantity: 2 }] };

    const first = await inventory.rabbit.request(ReserveStock, request);
    expect(await inventory.rabbit.request(ReserveStock, request)).toEqual(first);
    expect(await product(inventory, 'BOOK-004')).toMatchObject({ reserved: 2 });
    expect(await inventory.kafka.received(attempt.orderId, 1)).toHaveLength(1);
  });

  it('that was rejected stays rejected when stock arrives later', async () => {
    const request = { ...newAttempt(), items: [{ sku: 'BOOK-005', quantity: 1_000_001 }] };

    const first = await inventory.rabbit.request(ReserveStock, request);
    await inventory.database.pool.query(`UPDATE products SET on_hand = 2000000 WHERE sku = 'BOOK-005'`);
    expect(await inventory.rabbit.request(ReserveStock, request)).toEqual(first);
    expect(await product(inventory, 'BOOK-005')).toMatchObject({ reserved: 0 });
  });

  it('is made and replied to once when its message is delivered twice', async () => {
    const attempt = newAttempt();
    const request = { ...attempt, items: [{ sku: 'BOOK-006', quantity: 2 }] };
    const before = await inventory.handled('inventory.reserve');

    const id = await inventory.rabbit.send(ReserveStock, request);
    await inventory.rabbit.send(ReserveStock, request, { id });
    await inventory.untilHandled('inventory.reserve', before + 2);
    await inventory.rabbit.request(ReserveStock, { ...newAttempt(), items: [{ sku: 'BOOK-007', quantity: 1 }] });

    expect(await product(inventory, 'BOOK-006')).toMatchObject({ reserved: 2 });
    expect(inventory.rabbit.repliesTo(id, 1)).toHaveLength(1);
  });

  it('is made again for another attempt at the same order', async () => {
    const { orderId } = newAttempt();
    const items = [{ sku: 'BOOK-008', quantity: 1 }];
    await inventory.rabbit.request(ReserveStock, { orderId, attempt: 1, items });
    await inventory.rabbit.request(ReserveStock, { orderId, attempt: 2, items });
    expect(await product(inventory, 'BOOK-008')).toMatchObject({ reserved: 2 });
  });
});
