import { ReserveStock } from '@waybill/contracts';
import { type Inventory, newAttempt, OPERATOR, product, putStock, startInventory } from './inventory.fixture.js';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

describe('a count of the stock', () => {
  it('sets what is on hand, and is the new beginning of the account', async () => {
    const answer = await putStock(inventory, 'BOOK-001', { onHand: 42 });
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toMatchObject({ sku: 'BOOK-001', onHand: 42, available: 42, initial: 42, shipped: 0 });
    expect(await product(inventory, 'BOOK-001')).toEqual(answer.json());
  });

  it.each([
    ['no token', ''],
    ['another token', `${OPERATOR}!`],
  ])('is refused with %s', async (_, token) => {
    const answer = await putStock(inventory, 'BOOK-002', { onHand: 1 }, token);
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(await product(inventory, 'BOOK-002')).toMatchObject({ onHand: 1_000_000 });
  });

  it('can not go below what is promised to orders', async () => {
    await inventory.rabbit.request(ReserveStock, { ...newAttempt(), items: [{ sku: 'BOOK-003', quantity: 10 }] });

    const answer = await putStock(inventory, 'BOOK-003', { onHand: 9 });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({ type: 'urn:waybill:problem:below-reserved', status: 409 });
    expect(await product(inventory, 'BOOK-003')).toMatchObject({ onHand: 1_000_000, reserved: 10 });
    expect((await putStock(inventory, 'BOOK-003', { onHand: 10 })).json()).toMatchObject({ available: 0 });
  });

  it('of an unknown product is a 404', async () => {
    const answer = await putStock(inventory, 'GONE-001', { onHand: 1 });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it.each([
    ['a negative number', { onHand: -1 }, 'onHand'],
    ['a fraction', { onHand: 1.5 }, 'onHand'],
    ['a text', { onHand: '5' }, 'onHand'],
    ['more than an integer holds', { onHand: 3_000_000_000 }, 'onHand'],
    ['a field nobody knows', { onHand: 1, reserved: 0 }, 'reserved'],
    ['nothing', {}, 'onHand'],
  ])('with %s is a 400 that names the field', async (_, body, field) => {
    const answer = await putStock(inventory, 'BOOK-004', body);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json()).toMatchObject({ errors: [{ field }] });
  });

  it('that is no JSON is a 400', async () => {
    const answer = await putStock(inventory, 'BOOK-004', '{"onHand":');
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });
});
