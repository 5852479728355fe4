import { until } from '@waybill/testing';
import {
  anOrder,
  endpoints,
  ledger,
  mails,
  mailTypes,
  outcomeOf,
  payments,
  place,
  product,
  putStock,
  reservations,
  setAvailable,
  untilOrder,
} from '../shop.js';

describe('an order that cannot be fulfilled', () => {
  it('fails when its payment is declined, and releases its items', async () => {
    const failed = await outcomeOf(await place({ paymentToken: 'tok_declined' }));

    expect(failed).toMatchObject({ status: 'FAILED', reason: 'PAYMENT_DECLINED', terminal: true });
    expect(await ledger(failed.orderId)).toEqual([]);
    expect(await payments(failed.orderId)).toEqual([expect.objectContaining({ type: 'charge', status: 'REFUSED' })]);
    expect(await reservations(failed.orderId)).toEqual([expect.objectContaining({ status: 'RELEASED' })]);
  });

  it('fails when the stock is short, and is never charged', async () => {
    await setAvailable('BOOK-020', 3);
    const failed = await outcomeOf(await place({ items: [{ sku: 'BOOK-020', quantity: 4 }] }));

    expect(failed).toMatchObject({ status: 'FAILED', reason: 'OUT_OF_STOCK' });
    expect(await ledger(failed.orderId)).toEqual([]);
    expect(await product('BOOK-020')).toMatchObject({ available: 3 });
  });

  it('fails for a banned customer, and is never charged', async () => {
    const failed = await outcomeOf(await place({ customerId: 'cus_banned' }));

    expect(failed).toMatchObject({ status: 'FAILED', reason: 'CUSTOMER_BANNED' });
    expect(await ledger(failed.orderId)).toEqual([]);
    expect(await reservations(failed.orderId)).toEqual([expect.objectContaining({ status: 'RELEASED' })]);
  });

  it('is explained to the customer in a mail', async () => {
    const { orderId } = await outcomeOf(await place(anOrder({ paymentToken: 'tok_declined' })));
    await until('the mail is there', async () => (await mails(orderId)).length > 0);

    const [mail] = await mails(orderId);
    expect(await mailTypes(orderId)).toEqual(['order-failed']);
    expect(mail?.text).toContain('The payment was declined.');
  });
});

describe('the last items of a product', () => {
  it('go to as many orders as there are items, however many compete for them', async () => {
    await setAvailable('BOOK-019', 3);
    const wanted = Array.from({ length: 8 }, () => place({ items: [{ sku: 'BOOK-019', quantity: 1 }] }));
    const outcomes = await Promise.all((await Promise.all(wanted)).map((orderId) => outcomeOf(orderId)));

    expect(outcomes.filter(({ status }) => status !== 'FAILED')).toHaveLength(3);
    expect(outcomes.filter(({ reason }) => reason === 'OUT_OF_STOCK')).toHaveLength(5);
  });

  it('cannot be counted below what is reserved, nor by anyone without the operator token', async () => {
    const orderId = await place({ items: [{ sku: 'BOOK-018', quantity: 2 }], paymentToken: 'tok_slow' });
    await untilOrder(orderId, 'RESERVED');
    const { onHand, reserved } = await product('BOOK-018');
    expect((await putStock('BOOK-018', { onHand: reserved - 1 }, endpoints().operatorToken)).status).toBe(409);
    expect((await putStock('BOOK-018', { onHand })).status).toBe(401);
    expect((await putStock('BOOK-018', { onHand }, 'wrong')).status).toBe(401);
    expect(await product('BOOK-018')).toMatchObject({ onHand, reserved });
    await outcomeOf(orderId);
  });
});
