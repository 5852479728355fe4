import { until } from '@waybill/testing';
import { mails, mailTypes, place } from '../shop.js';
import { connectPeers, type Peers } from '../system/peers.js';
import { type DeadLetter, deadLetter, operate } from '../system/running-system.js';

/** What a foreign client knows of a contract. */
const contractOf = (type: string, name: string) => ({
  type,
  destination: { name },
  subjectOf: ({ orderId }: { orderId: string }) => orderId,
});
const SendEmail = contractOf('waybill.SendEmail.v1', 'email.send');
const OrderConfirmed = contractOf('waybill.OrderConfirmed.v1', 'orders.events');
const OrderFailed = contractOf('waybill.OrderFailed.v1', 'orders.events');
const OrderCancelled = contractOf('waybill.OrderCancelled.v1', 'orders.events');

let peers: Peers;
beforeAll(async () => {
  peers = await connectPeers();
});
afterAll(() => peers.close());

/** About an order that was never placed, so that no invariant counts the mail. */
const aMail = () => ({
  orderId: crypto.randomUUID(),
  attempt: 1,
  to: 'ada@example.com',
  items: [{ sku: 'BOOK-001', name: 'Middlemarch', quantity: 1, unitPrice: 100 }],
  total: { amount: 100, currency: 'EUR' },
  reason: 'OUT_OF_STOCK',
});

describe('a task that cannot be handled', () => {
  it('waits for an operator, and takes effect once after it is corrected and resubmitted', async () => {
    const mail = { ...aMail(), type: 'order-filed' };
    const messageId = await peers.tasks.send(SendEmail, mail);

    const letter = await deadLetter({ messageId });
    expect(letter).toMatchObject({
      source: 'email.send',
      consumer: 'email',
      class: 'malformed',
      error: expect.stringContaining('type'),
      type: SendEmail.type,
      key: mail.orderId,
    });
    expect(JSON.parse(letter.body)).toEqual(mail);
    await expect(operate(`/${letter.id}/resubmit`, { body: mail })).rejects.toThrow('400');

    await operate(`/${letter.id}/resubmit`, { body: { ...mail, type: 'order-failed' } });
    await until('it is mailed', async () => (await mails(mail.orderId)).length > 0);
    await expect(operate(`/${letter.id}/resubmit`, {})).rejects.toThrow('409');
    // What is sent later arrives later: a second mail about the first order would be there by then.
    const next = { ...aMail(), type: 'order-failed' };
    await peers.tasks.send(SendEmail, next);
    await until('the next one is mailed', async () => (await mails(next.orderId)).length > 0);
    expect(await mails(mail.orderId)).toHaveLength(1);
  });

  it.each([
    ['not JSON', () => '{ "orderId": '],
    ['empty', () => ''],
    ['as large as its queue accepts', () => 'x'.repeat(peers.tasks.longest)],
  ])('is shown completely when it is %s, and can be discarded', async (_, body) => {
    const bytes = body();
    const messageId = await peers.tasks.send(SendEmail, aMail(), { bytes });
    const letter = await deadLetter({ messageId });
    expect([letter.class, letter.body]).toEqual(['malformed', bytes]);
    const discarded = await operate(`/${letter.id}/discard`, { reason: 'a test' });
    expect(discarded).toMatchObject({ status: 'discarded' });
  });
});

describe('an event that cannot be handled', () => {
  it('becomes one dead letter of each group that handles its type', async () => {
    const orderId = crypto.randomUUID();
    const messageId = await peers.events.publish(OrderConfirmed, { orderId }, { bytes: '{ "orderId": 1 }' });
    for (const consumer of ['analytics', 'email', 'inventory']) {
      const letter = await deadLetter({ messageId, consumer });
      expect(letter).toMatchObject({ source: 'orders.events', class: 'malformed', key: orderId });
      await operate(`/${letter.id}/discard`, { reason: 'a test' });
    }
    const { items } = await operate<{ items: DeadLetter[] }>(`?source=orders.events&key=${orderId}`);
    expect(items.map(({ consumer }) => consumer).sort()).toEqual(['analytics', 'email', 'inventory']);
  });
});

describe('an event that its topic does not accept', () => {
  const topic = 'payments.events';

  it('is a dead letter too, and is published when it is resubmitted after the topic was mended', async () => {
    await peers.events.limitSize(topic, 10);
    const orderId = await place();
    const { items } = await until('it is a dead letter', async () => {
      const page = await operate<{ items: DeadLetter[] }>(`?source=${topic}&consumer=outbox&key=${orderId}`);
      return page.items.length > 0 && page;
    }).finally(() => peers.events.limitSize(topic, undefined));

    expect(items).toMatchObject([
      { type: 'waybill.PaymentCharged.v1', class: 'malformed', error: expect.stringMatching(/larg|size/i) },
    ]);
    await operate(`/${items[0]!.id}/resubmit`, {});
    const [published] = await peers.events.received(topic, orderId, 1);
    expect(published?.headers.ce_id).toBe(items[0]!.messageId);
  });
});

describe('an event that is corrected and resubmitted', () => {
  it('is handled once, by the group that had failed; other groups get nothing, and events held back behind it follow', async () => {
    const at = new Date().toISOString();
    const orderId = crypto.randomUUID();
    const order = {
      orderId,
      attempt: 1,
      customerId: 'cus_1001',
      email: 'ada@example.com',
      items: [{ sku: 'BOOK-001', name: 'Middlemarch', quantity: 1, unitPrice: 100 }],
      total: { amount: 100, currency: 'EUR' },
      createdAt: at,
    };
    const failed = { ...order, failedAt: at, reason: 'OUT_OF_STOCK' };
    const messageId = await peers.events.publish(OrderFailed, { ...failed, reason: 'BAD_WEATHER' } as never);
    const letter = await deadLetter({ messageId, consumer: 'email' });
    expect(letter.error).toContain('reason');
    await peers.events.publish(OrderCancelled, { ...order, cancelledAt: at } as never);

    await operate(`/${letter.id}/resubmit`, { body: failed });
    // In any order: mails are tasks, handled concurrently.
    await until('both mails are there', async () => (await mails(orderId)).length >= 2);
    expect(await mailTypes(orderId)).toEqual(['order-cancelled', 'order-failed']);

    // Never resolved: analytics must not count an order that exists only in these events.
    expect((await deadLetter({ messageId, consumer: 'analytics' })).status).toBe('waiting');
  });
});
