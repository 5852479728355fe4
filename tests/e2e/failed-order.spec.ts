import { until } from '@waybill/testing';
import {
  anOrder,
  ledger,
  mails,
  outcomeOf,
  payments,
  place,
  product,
  putStock,
  reservations,
  setAvailable,
} from '../shop.js';

describe('an order that can not be fulfilled', () => {
  it('fails when its payment is declined, and gives its items back', async () => {
    const failed = await outcomeOf(await place({ paymentToken: 'tok_declined' }));

    expect(failed).toMatchObject({ status: 'FAILED', reason: 'PAYMENT_DECLINED', terminal: true });
    expect(await ledger(failed.orderId)).toEqual([]);
    expect(await payments(failed.orderId)).toEqual([expect.objectContaining({ type: 'charge', status: 'REFUSED' })]);
    expect(await reservations(failed.orderId)).toEqual([expect.objectContaining({ status: 'RELEASED' })]);
  });

  it('fails when it wants more than there is, and is never charged', async () => {
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

  it('is told to the customer with the reason', async () => {
    const { orderId } = await outcomeOf(await place(anOrder({ paymentToken: 'tok_declined' })));

    const [mail] = await until('the mail is there', async () => {
      const found = await mails(orderId);
      return found.length > 0 && found;
    });
    expect(mail?.headers['x-waybill-mail-type']).toBe('order-failed');
    expect(mail?.text).toContain('The payment was declined.');
  });
});

describe('the last items of a product', () => {
  it('go to as many orders as there are items, however many want them at once', async () => {
    await setAvailable('BOOK-019', 3);
    const wanted = Array.from({ length: 8 }, () => place({ items: [{ sku: 'BOOK-019', quantity: 1 }] }));
    const outcomes = await Promise.all((await Promise.all(wanted)).map((orderId) => outcomeOf(orderId)));

    expect(outcomes.filter(({ status }) => status !== 'FAILED')).toHaveLength(3);
    expect(outcomes.filter(({ reason }) => reason === 'OUT_OF_STOCK')).toHaveLength(5);
  });

  it('can not be counted below what is promised, nor by anyone without the operator token', async () => {
    const { onHand, reserved } = await product('BOOK-018');
    expect((await putStock('BOOK-018', { onHand })).status).toBe(401);
    expect((await putStock('BOOK-018', { onHand: -1 }, 'wrong')).status).toBe(401);
    expect(await product('BOOK-018')).toMatchObject({ onHand, reserved });
  });
});
