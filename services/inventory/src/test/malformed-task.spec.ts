import { ReserveStock } from '@waybill/contracts';
import { failureOf } from '@waybill/messaging';
import { type Inventory, newAttempt, product, startInventory } from './inventory.fixture.js';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const request = () => ({ ...newAttempt(), items: [{ sku: 'BOOK-001', quantity: 1 }] });

describe('a malformed task', () => {
  it.each([
    ['not JSON', '{"orderId":', /not JSON/],
    ['without items', JSON.stringify({ ...newAttempt(), items: [] }), /items/],
    [
      'with a quantity below one',
      JSON.stringify({ ...request(), items: [{ sku: 'BOOK-001', quantity: 0 }] }),
      /quantity/,
    ],
    ['with an order id that is not a UUID', JSON.stringify({ ...request(), orderId: 'order-1' }), /orderId/],
  ])(
    '(%s) is dead-lettered at once, whole and with the reason, and the tasks behind it are handled',
    async (_, bytes, reason) => {
      const id = await inventory.rabbit.send(ReserveStock, request(), { bytes });
      expect(await inventory.rabbit.request(ReserveStock, request())).toMatchObject({ outcome: 'reserved' });

      const deadLetter = await inventory.rabbit.take('inventory.reserve-dlq');
      expect(deadLetter).toMatchObject({ id, type: ReserveStock.type, body: bytes });
      const failure = failureOf(deadLetter.headers);
      expect(failure).toMatchObject({
        source: 'inventory.reserve',
        consumer: 'inventory',
        class: 'malformed',
        attempts: 1,
      });
      expect(failure?.error).toMatch(reason);
    },
  );

  it('reserves nothing', async () => {
    const { reserved } = await product(inventory, 'BOOK-002');
    const short = { ...request(), items: [{ sku: 'BOOK-002', quantity: 1 }, { sku: 'BOOK-003' }] };
    await inventory.rabbit.send(ReserveStock, request(), { bytes: JSON.stringify(short) });
    await inventory.rabbit.take('inventory.reserve-dlq');
    expect(await product(inventory, 'BOOK-002')).toMatchObject({ reserved });
  });
});
