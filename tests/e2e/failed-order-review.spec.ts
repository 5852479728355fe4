import { until } from '@waybill/testing';
import { endpoints, ledger, mails, mailTypes, order, outcomeOf, place } from '../shop.js';
import { deadLetter, get, operate } from '../system/running-system.js';

describe('a failed order', () => {
  it('waits for review, and is fulfilled after it is resubmitted with another payment token', async () => {
    const failed = await outcomeOf(await place({ paymentToken: 'tok_declined' }));
    expect(failed).toMatchObject({ status: 'FAILED', attempt: 1 });

    const letter = await deadLetter({ class: 'business', key: failed.orderId });
    expect(letter).toMatchObject({ source: 'orders.process', consumer: 'order', error: 'PAYMENT_DECLINED' });
    await operate(`/${letter.id}/resubmit`, { body: { ...JSON.parse(letter.body), paymentToken: 'tok_ok' } });

    await until(
      'it is confirmed',
      async () => (await order(failed.orderId)).history.some(({ status }) => status === 'CONFIRMED'),
      {
        within: '60s',
      },
    );
    const confirmed = await order(failed.orderId);
    expect(confirmed.attempt).toBe(2);
    expect(confirmed.history.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['FAILED', 'PENDING', 'CONFIRMED']),
    );
    expect((await ledger(failed.orderId)).map(({ type }) => type)).toEqual(['charge']);
    await until('both mails are there', async () => (await mails(failed.orderId)).length >= 2, { within: '30s' });
    expect(await mailTypes(failed.orderId)).toEqual(['order-confirmed', 'order-failed']);
  });
});

describe('the console', () => {
  it('describes its API', async () => {
    const { paths } = await get<{ paths: object }>(`${endpoints().deadLetters}/openapi.json`);
    expect(Object.keys(paths)).toContain('/dead-letters/{id}/resubmit');
    expect((await fetch(`${endpoints().deadLetters}/docs`)).status).toBe(200);
    expect((await fetch(`${endpoints().deadLetters}/dead-letters`)).status).toBe(401);
  });
});
