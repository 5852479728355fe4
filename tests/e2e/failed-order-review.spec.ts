import { ProcessOrder } from '@waybill/contracts';
import { failureHeaders } from '@waybill/messaging';
import { until } from '@waybill/testing';
import { endpoints, ledger, mails, mailTypes, order, outcomeOf, place } from '../shop.js';
import { connectPeers, type Peers } from '../system/peers.js';
import { deadLetter, get, operate } from '../system/running-system.js';

let peers: Peers;
beforeAll(async () => {
  peers = await connectPeers();
});
afterAll(() => peers.close());

describe('a failed order', () => {
  it('waits for review, and is fulfilled after it is resubmitted with another payment token', async () => {
    const failed = await outcomeOf(await place({ paymentToken: 'tok_declined' }));
    expect(failed).toMatchObject({ status: 'FAILED', attempt: 1 });

    const letter = await deadLetter({ class: 'business', key: failed.orderId });
    expect(letter).toMatchObject({ source: 'orders.process', consumer: 'order', error: 'PAYMENT_DECLINED' });
    await operate(`/${letter.id}/resubmit`, { body: { ...JSON.parse(letter.body), paymentToken: 'tok_ok' } });

    await until('it is confirmed', async () =>
      (await order(failed.orderId)).history.some(({ status }) => status === 'CONFIRMED'),
    );
    const confirmed = await order(failed.orderId);
    expect(confirmed.attempt).toBe(2);
    expect(confirmed.history.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['FAILED', 'PENDING', 'CONFIRMED']),
    );
    expect((await ledger(failed.orderId)).map(({ type }) => type)).toEqual(['charge']);
    await until('both mails are there', async () => (await mails(failed.orderId)).length >= 2);
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

describe('an order whose task to process it is discarded', () => {
  it('is cancelled, if it has not begun, and its customer is told', async () => {
    const orderId = await place({ paymentToken: 'tok_unavailable' }); // so that it has no outcome when its task is discarded
    const processing = { ...ProcessOrder, destination: { name: 'orders.process-dlq' } };
    const at = new Date().toISOString();
    const times = { attempts: 4, firstFailedAt: at, lastFailedAt: at };
    const failure = { source: 'orders.process', consumer: 'order', class: 'transient', error: 'a test' } as const;
    await peers.tasks.send(processing, { orderId, attempt: 1 }, { headers: failureHeaders({ ...failure, ...times }) });
    const { id } = await deadLetter({ source: 'orders.process', key: orderId });
    await operate(`/${id}/discard`, { reason: 'a test' });

    expect(await outcomeOf(orderId)).toMatchObject({ status: 'CANCELLED' });
    expect(await ledger(orderId)).toEqual([]);
    await until('it is mailed', async () => (await mails(orderId)).length > 0);
    expect(await mailTypes(orderId)).toEqual(['order-cancelled']);
  });
});
