import { until } from '@waybill/testing';
import {
  anOrder,
  ledger,
  mails,
  mailTypes,
  order,
  ordersIn,
  outcomeOf,
  place,
  post,
  product,
  reservations,
  settledSummary,
  shipments,
  untilOrder,
} from '../shop.js';

describe('an order that can be fulfilled', () => {
  it('is accepted with 202 and the address of its status', async () => {
    const response = await post(anOrder());
    const body = (await response.json()) as { orderId: string };

    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe(`/orders/${body.orderId}`);
    expect(body).toEqual({
      orderId: expect.any(String),
      status: 'PENDING',
      checkStatusUrl: `/orders/${body.orderId}/status`,
    });
    await outcomeOf(body.orderId);
  });

  it('is reserved, paid and confirmed, in this order, at the catalogue price', async () => {
    const confirmed = await outcomeOf(await place({ items: [{ sku: 'BOOK-001', quantity: 2 }] }));

    expect(confirmed).toMatchObject({ terminal: true, total: { amount: 2 * 1_499, currency: 'EUR' } });
    expect(confirmed.history.map(({ status }) => status).slice(0, 4)).toEqual([
      'PENDING',
      'RESERVED',
      'PAID',
      'CONFIRMED',
    ]);
  });

  it('is charged once, and that is its total', async () => {
    const { orderId, total } = await outcomeOf(await place());
    expect(await ledger(orderId)).toEqual([expect.objectContaining({ type: 'charge', ...total })]);
  });

  it('is confirmed to the customer in one mail, and no other follows when it is delivered', async () => {
    const orderId = await place();
    await untilOrder(orderId, 'DELIVERED');
    await until('the mail is there', async () => (await mails(orderId)).length > 0);
    expect(await mailTypes(orderId)).toEqual(['order-confirmed']);
  });

  it('adds its total, and nothing more, to the revenue in analytics', async () => {
    const before = await settledSummary();
    const { total } = await outcomeOf(await place({ items: [{ sku: 'BOOK-003', quantity: 3 }] }));
    const after = await settledSummary(ordersIn(before) + 1);
    expect(after.revenue.amount).toBe(before.revenue.amount + total.amount);
  });

  it('leaves the stock when it is dispatched, and is delivered', async () => {
    const before = await product('BOOK-004');
    const orderId = await place({ items: [{ sku: 'BOOK-004', quantity: 5 }] });
    await untilOrder(orderId, 'DELIVERED');

    expect(await product('BOOK-004')).toMatchObject({ onHand: before.onHand - 5, reserved: before.reserved });
    expect(await reservations(orderId)).toEqual([
      expect.objectContaining({ sku: 'BOOK-004', quantity: 5, status: 'SHIPPED' }),
    ]);
    expect(await shipments(orderId)).toEqual([expect.objectContaining({ status: 'DELIVERED' })]);
    expect((await order(orderId)).status).toBe('DELIVERED');
  });

  it('merges two lines of the same SKU', async () => {
    const line = { sku: 'BOOK-005', quantity: 1 };
    const { orderId } = await outcomeOf(await place({ items: [line, line] }));
    expect(await order(orderId)).toMatchObject({ items: [{ sku: 'BOOK-005', quantity: 2 }] });
  });
});
