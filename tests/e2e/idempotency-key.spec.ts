import { anOrder, endpoints, type Order, post } from '../shop.js';
import { get } from '../system/running-system.js';

const aKey = () => ({ 'idempotency-key': crypto.randomUUID() });

describe('an Idempotency-Key', () => {
  it('makes one order of twenty concurrent requests, and every 202 has the same body', async () => {
    const key = aKey();
    const customerId = `cus_${crypto.randomUUID()}`;
    const responses = await Promise.all(Array.from({ length: 20 }, () => post(anOrder({ customerId }), key)));

    const accepted = responses.filter(({ status }) => status === 202);
    const inFlight = responses.filter(({ status }) => status === 409);
    expect(accepted.length + inFlight.length).toBe(20);
    expect(inFlight.every(({ headers }) => Number(headers.get('retry-after')) > 0)).toBe(true);
    expect(new Set(await Promise.all(accepted.map((response) => response.text()))).size).toBe(1);

    const { items } = await get<{ items: Order[] }>(`${endpoints().orderApi}/orders?customerId=${customerId}`);
    expect(items).toHaveLength(1);
  });

  it('replays the first response byte for byte, and marks it as replayed', async () => {
    const key = aKey();
    const first = await post(anOrder(), key);
    const again = await post(anOrder(), key);

    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(await again.text()).toBe(await first.text());
  });

  it('recognizes the same request when the properties of its JSON are reordered', async () => {
    const key = aKey();
    const { items, ...rest } = anOrder();
    const first = await post(anOrder(), key);
    const reordered = await post({ items: items.map(({ sku, quantity }) => ({ quantity, sku })), ...rest }, key);
    expect(await reordered.text()).toBe(await first.text());
  });

  it('is rejected with 422 for another request', async () => {
    const key = aKey();
    await post(anOrder(), key);
    expect((await post(anOrder({ paymentToken: 'tok_slow' }), key)).status).toBe(422);
  });

  it('replays a rejection as it replays an acceptance', async () => {
    const key = aKey();
    const unknown = anOrder({ items: [{ sku: 'NO-SUCH-SKU', quantity: 1 }] });
    const first = await post(unknown, key);
    const again = await post(unknown, key);

    expect([first.status, again.status]).toEqual([422, 422]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it.each([
    ['of 256 characters', 'k'.repeat(256)],
    ['with a space', 'a key'],
    ['that is empty', ''],
  ])('is rejected with 400 %s', async (_, key) => {
    expect((await post(anOrder(), { 'idempotency-key': key })).status).toBe(400);
  });
});
