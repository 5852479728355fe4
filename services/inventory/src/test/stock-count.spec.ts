import { ReserveStock } from '@waybill/contracts';
import { type Inventory, newAttempt, OPERATOR, product, putStock, startInventory } from './inventory.fixture.js';

let inventory: Inventory;
beforeAll(async () => {
  inventory = await startInventory();
});
afterAll(() => inventory.stop());

describe('a stock count', () => {
  it('sets the units on hand, and is the new initial stock', async () => {
    const response = await putStock(inventory, 'BOOK-001', { onHand: 42 });
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({ sku: 'BOOK-001', onHand: 42, available: 42, initial: 42, shipped: 0 });
    expect(await product(inventory, 'BOOK-001')).toEqual(response.json());
  });

  it.each([
    ['no token', ''],
    ['another token', `${OPERATOR}!`],
  ])('is rejected with %s', async (_, token) => {
    const response = await putStock(inventory, 'BOOK-002', { onHand: 1 }, token);
    expect(response.statusCode).toBe(401);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(await product(inventory, 'BOOK-002')).toMatchObject({ onHand: 1_000_000 });
  });

  it('cannot go below what is reserved', async () => {
    await inventory.rabbit.request(ReserveStock, { ...newAttempt(), items: [{ sku: 'BOOK-003', quantity: 10 }] });

    const response = await putStock(inventory, 'BOOK-003', { onHand: 9 });
    expect(response.statusCode).toBe(409);
    expect(response.json()).toMatchObject({ type: 'urn:waybill:problem:below-reserved', status: 409 });
    expect(await product(inventory, 'BOOK-003')).toMatchObject({ onHand: 1_000_000, reserved: 10 });
    expect((await putStock(inventory, 'BOOK-003', { onHand: 10 })).json()).toMatchObject({ available: 0 });
  });

  it('of an unknown product is 404', async () => {
    const response = await putStock(inventory, 'GONE-001', { onHand: 1 });
    expect(response.statusCode).toBe(404);
    expect(response.headers['content-type']).toContain('application/problem+json');
  });

  it.each([
    ['a negative number', { onHand: -1 }, 'onHand'],
    ['a fraction', { onHand: 1.5 }, 'onHand'],
    ['a string', { onHand: '5' }, 'onHand'],
    ['more than an integer holds', { onHand: 3_000_000_000 }, 'onHand'],
    ['an unknown field', { onHand: 1, reserved: 0 }, 'reserved'],
    ['nothing', {}, 'onHand'],
  ])('with %s is 400 and names the field', async (_, body, field) => {
    const response = await putStock(inventory, 'BOOK-004', body);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
    expect(response.json()).toMatchObject({ errors: [{ field }] });
  });

  it('that is not JSON is 400', async () => {
    const response = await putStock(inventory, 'BOOK-004', '{"onHand":');
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toContain('application/problem+json');
  });
});
