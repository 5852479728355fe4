import { ReserveStock } from '@waybill/contracts';
import { type Inventory, newAttempt, product, putStock, reservations, startInventory } from './inventory.fixture.js';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const reserve = (sku: string, quantity: number) =>
  inventory.rabbit.request(ReserveStock, { ...newAttempt(), items: [{ sku, quantity }] });

const outcomes = async (requests: Promise<unknown>[]) =>
  (await Promise.all(requests)).map((reply) => (reply as { outcome: string }).outcome);

describe('the last units', () => {
  it('are sold exactly once when 40 orders want the last 5 at the same time', async () => {
    const results = await outcomes(Array.from({ length: 40 }, () => reserve('RARE-001', 1)));

    expect(results.filter((outcome) => outcome === 'reserved')).toHaveLength(5);
    expect(results.filter((outcome) => outcome === 'out-of-stock')).toHaveLength(35);
    expect(await product(inventory, 'RARE-001')).toMatchObject({ onHand: 5, reserved: 5, available: 0 });
  });

  it('go to whole orders only: no order gets a part of its items', async () => {
    await putStock(inventory, 'BOOK-001', { onHand: 7 });

    const results = await outcomes(Array.from({ length: 6 }, () => reserve('BOOK-001', 3)));
    expect(results.filter((outcome) => outcome === 'reserved')).toHaveLength(2);
    expect(await product(inventory, 'BOOK-001')).toMatchObject({ reserved: 6, available: 1 });
  });

  it('are reserved without deadlocks by orders that list the same products in opposite order', async () => {
    const [one, other] = [
      { sku: 'BOOK-002', quantity: 1 },
      { sku: 'BOOK-003', quantity: 1 },
    ];
    const attempts = Array.from({ length: 20 }, newAttempt);
    const requests = attempts.map((attempt, n) =>
      inventory.rabbit.request(ReserveStock, { ...attempt, items: n % 2 ? [one!, other!] : [other!, one!] }),
    );

    expect(new Set(await outcomes(requests))).toEqual(new Set(['reserved']));
    expect(await reservations(inventory, attempts[0]!)).toEqual({ 'BOOK-002': '1 OPEN', 'BOOK-003': '1 OPEN' });
    expect(await product(inventory, 'BOOK-002')).toMatchObject({ reserved: 20 });
  });
});
