import { ReserveStock } from '@waybill/contracts';
import { type Inventory, newAttempt, product, putStock, reservations, startInventory } from './inventory.fixture.js';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

const reserve = (sku: string, quantity: number) =>
  inventory.rabbit.request(ReserveStock, { ...newAttempt(), items: [{ sku, quantity }] });

const outcomes = async (asked: Promise<unknown>[]) =>
  (await Promise.all(asked)).map((answer) => (answer as { outcome: string }).outcome);

describe('the last units', () => {
  it('are sold exactly once when 40 orders want the last 5 at the same time', async () => {
    const answers = await outcomes(Array.from({ length: 40 }, () => reserve('RARE-001', 1)));

    expect(answers.filter((outcome) => outcome === 'reserved')).toHaveLength(5);
    expect(answers.filter((outcome) => outcome === 'out-of-stock')).toHaveLength(35);
    expect(await product(inventory, 'RARE-001')).toMatchObject({ onHand: 5, reserved: 5, available: 0 });
  });

  it('go to whole orders only: none gets a part of what it wants', async () => {
    await putStock(inventory, 'BOOK-001', { onHand: 7 });

    const answers = await outcomes(Array.from({ length: 6 }, () => reserve('BOOK-001', 3)));
    expect(answers.filter((outcome) => outcome === 'reserved')).toHaveLength(2);
    expect(await product(inventory, 'BOOK-001')).toMatchObject({ reserved: 6, available: 1 });
  });

  it('are held by orders that want the same products in opposite order, without blocking each other', async () => {
    const [one, other] = [
      { sku: 'BOOK-002', quantity: 1 },
      { sku: 'BOOK-003', quantity: 1 },
    ];
    const attempts = Array.from({ length: 20 }, newAttempt);
    const asked = attempts.map((attempt, n) =>
      inventory.rabbit.request(ReserveStock, { ...attempt, items: n % 2 ? [one!, other!] : [other!, one!] }),
    );

    expect(new Set(await outcomes(asked))).toEqual(new Set(['reserved']));
    expect(await reservations(inventory, attempts[0]!)).toEqual({ 'BOOK-002': '1 OPEN', 'BOOK-003': '1 OPEN' });
    expect(await product(inventory, 'BOOK-002')).toMatchObject({ reserved: 20 });
  });
});
