import { until } from '@waybill/testing';
import {
  anOrder,
  ledger,
  mails,
  order,
  outcomeOf,
  place,
  post,
  product,
  reservations,
  shipments,
  summary,
  untilOrder,
} from '../shop.js';

describe('an order that can be fulfilled', () => {
  it('is accepted with 202 and the place to follow it', async () => {
    const response = await post(anOrder());
    const body = (await response.json()) as { orderId: string };

    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe(`/orders/${body.orderId}`);
    expect(body).toEqual({
      orderId: expect.any(String),
      status: 'PENDING',
      checkStatusUrl: `/orders/${body.orderId}/status`,
    });
  });

  it('is reserved, paid and confirmed, in this order, at the price of the catalogue', async () => {
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

  it('is told to the customer in one mail', async () => {
    const { orderId } = await outcomeOf(await place());

    const [mail] = await until('the mail is there', async () => {
      const found = await mails(orderId);
      return found.length > 0 && found;
    });
    expect(mail?.headers['x-waybill-mail-type']).toBe('order-confirmed');
  });

  it('counts in analytics, with its revenue', async () => {
    const before = await summary();
    const { total } = await outcomeOf(await place({ items: [{ sku: 'BOOK-003', quantity: 3 }] }));
    await until('analytics has heard of it', async () => {
      const { revenue } = await summary();
      return revenue.amount >= before.revenue.amount + total.amount;
    });
  });

  it('leaves the shelf when the carrier takes it, and is delivered', async () => {
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

  it('counts the same SKU on two lines as one', async () => {
    const line = { sku: 'BOOK-005', quantity: 1 };
    const { orderId } = await outcomeOf(await place({ items: [line, line] }));
    expect(await order(orderId)).toMatchObject({ items: [{ sku: 'BOOK-005', quantity: 2 }] });
  });
});
