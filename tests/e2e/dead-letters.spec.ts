import { KafkaPeer, RabbitPeer, until } from '@waybill/testing';
import { Kafka, logLevel } from 'kafkajs';
import { deadLetter, endpoints, get, ledger, mails, operate, outcomeOf, place, untilOrder } from '../shop.js';

/** What a stranger knows of our messages. */
const said = (type: string, name: string) => ({
  type,
  destination: { name },
  subjectOf: ({ orderId }: { orderId: string }) => orderId,
});
const ProcessOrder = said('waybill.ProcessOrder.v1', 'orders.process');
const ReserveStock = said('waybill.ReserveStock.v1', 'inventory.reserve');
const OrderConfirmed = said('waybill.OrderConfirmed.v1', 'orders.events');

let rabbit: RabbitPeer;
let kafka: KafkaPeer;
beforeAll(async () => {
  rabbit = await RabbitPeer.connect(endpoints().rabbitmq);
  const client = new Kafka({ brokers: [endpoints().kafka], logLevel: logLevel.NOTHING });
  kafka = new KafkaPeer({ kafka: client, prefix: '', drop: async () => {} });
});
afterAll(() => Promise.all([rabbit.close(), kafka.close()]));

const aTask = () => ({
  orderId: crypto.randomUUID(),
  attempt: 1,
  items: [{ sku: 'BOOK-017', quantity: 1 }],
});

describe('a task that can not be handled', () => {
  it('waits for an operator, and takes effect once when it is corrected and resubmitted', async () => {
    const failed = await outcomeOf(await place({ paymentToken: 'tok_declined' }));
    const review = await deadLetter({ class: 'business', key: failed.orderId });
    const secondAttempt = JSON.parse(review.body);
    const poisoned = { ...secondAttempt, paymentToken: 5 };
    const messageId = await rabbit.send(ProcessOrder, poisoned);

    const letter = await deadLetter({ messageId });
    expect(letter).toMatchObject({
      source: 'orders.process',
      consumer: 'order',
      class: 'malformed',
      error: expect.stringContaining('paymentToken'),
      type: ProcessOrder.type,
      key: failed.orderId,
    });
    expect(JSON.parse(letter.body)).toEqual(poisoned);
    await expect(operate(`/${letter.id}/resubmit`, { body: poisoned })).rejects.toThrow('400');

    await operate(`/${letter.id}/resubmit`, { body: { ...secondAttempt, paymentToken: 'tok_ok' } });
    const confirmed = await untilOrder(failed.orderId, 'CONFIRMED');
    expect(confirmed.attempt).toBe(2);
    expect((await ledger(failed.orderId)).map(({ type }) => type)).toEqual(['charge']);
    expect((await operate<{ status: string }>(`/${letter.id}`)).status).toBe('resubmitted');
    await operate(`/${review.id}/discard`, { reason: 'its order is confirmed' });
  });

  it.each([
    ['no JSON', '{ "orderId": '],
    ['empty', ''],
    ['of 2 MB', 'x'.repeat(2_000_000)],
  ])('is shown whole though it is %s, and can be discarded', async (_, bytes) => {
    const messageId = await rabbit.send(ReserveStock, aTask(), { bytes });
    const letter = await deadLetter({ messageId });
    expect([letter.class, letter.body]).toEqual(['malformed', bytes]);
    const discarded = await operate(`/${letter.id}/discard`, { reason: 'a test' });
    expect(discarded).toMatchObject({ status: 'discarded' });
  });
});

describe('an event that can not be handled', () => {
  it('waits once for each group that gave it up', async () => {
    const orderId = crypto.randomUUID();
    const messageId = await kafka.publish(OrderConfirmed, { orderId }, { bytes: '{ "orderId": 1 }' });
    for (const consumer of ['analytics', 'email', 'inventory']) {
      const letter = await deadLetter({ messageId, consumer });
      expect(letter).toMatchObject({ source: 'orders.events', class: 'malformed', key: orderId });
      await operate(`/${letter.id}/discard`, { reason: 'a test' });
    }
  });
});

describe('a failed order', () => {
  it('waits for review, and is fulfilled when it is resubmitted with another way to pay', async () => {
    const failed = await outcomeOf(await place({ paymentToken: 'tok_declined' }));
    expect(failed).toMatchObject({ status: 'FAILED', attempt: 1 });

    const letter = await deadLetter({ class: 'business', key: failed.orderId });
    expect(letter).toMatchObject({ source: 'orders.process', consumer: 'order', error: 'PAYMENT_DECLINED' });
    await operate(`/${letter.id}/resubmit`, { body: { ...JSON.parse(letter.body), paymentToken: 'tok_ok' } });

    const confirmed = await untilOrder(failed.orderId, 'CONFIRMED');
    expect(confirmed.attempt).toBe(2);
    expect(confirmed.history.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['FAILED', 'PENDING', 'CONFIRMED']),
    );
    expect((await ledger(failed.orderId)).map(({ type }) => type)).toEqual(['charge']);
    const types = () =>
      mails(failed.orderId).then((all) => all.map(({ headers }) => headers['x-waybill-mail-type']).sort());
    await until('both mails are there', async () => (await types()).length === 2, { within: '30s' });
    expect(await types()).toEqual(['order-confirmed', 'order-failed']);
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
