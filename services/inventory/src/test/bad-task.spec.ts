import { ReserveStock } from '@waybill/contracts';
import { failureOf } from '@waybill/dlq';
import { type Inventory, newAttempt, product, startInventory } from './inventory.fixture.js';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const request = () => ({ ...newAttempt(), items: [{ sku: 'BOOK-001', quantity: 1 }] });

describe('a task that makes no sense', () => {
  it.each([
    ['no JSON', '{"orderId":', /not JSON/],
    ['without items', JSON.stringify({ ...newAttempt(), items: [] }), /items/],
    [
      'with a quantity below one',
      JSON.stringify({ ...request(), items: [{ sku: 'BOOK-001', quantity: 0 }] }),
      /quantity/,
    ],
    ['with an order id that is no uuid', JSON.stringify({ ...request(), orderId: 'order-1' }), /orderId/],
  ])('(%s) is set aside at once and whole, with the reason; the ones behind it go on', async (_, bytes, reason) => {
    const id = await inventory.rabbit.send(ReserveStock, request(), { bytes });
    expect(await inventory.rabbit.request(ReserveStock, request())).toMatchObject({ outcome: 'reserved' });

    const letter = await inventory.rabbit.take('inventory.reserve-dlq');
    expect(letter).toMatchObject({ id, type: ReserveStock.type, body: bytes });
    const failure = failureOf(letter.headers);
    expect(failure).toMatchObject({
      source: 'inventory.reserve',
      consumer: 'inventory',
      class: 'malformed',
      attempts: 1,
    });
    expect(failure?.error).toMatch(reason);
  });

  it('reserves nothing', async () => {
    const { reserved } = await product(inventory, 'BOOK-002');
    const short = { ...request(), items: [{ sku: 'BOOK-002', quantity: 1 }, { sku: 'BOOK-003' }] };
    await inventory.rabbit.send(ReserveStock, request(), { bytes: JSON.stringify(short) });
    await inventory.rabbit.take('inventory.reserve-dlq');
    expect(await product(inventory, 'BOOK-002')).toMatchObject({ reserved });
  });
});
