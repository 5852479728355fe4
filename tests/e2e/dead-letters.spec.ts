import { KafkaPeer, RabbitPeer, until } from '@waybill/testing';
import { Kafka, logLevel } from 'kafkajs';
import {
  deadLetter,
  endpoints,
  get,
  ledger,
  mails,
  operate,
  order,
  outcomeOf,
  place,
  product,
  reservations,
} from '../shop.js';

/** What a stranger knows of our messages. */
const said = (type: string, name: string) => ({
  type,
  destination: { name },
  subjectOf: ({ orderId }: { orderId: string }) => orderId,
});
const ReserveStock = said('waybill.ReserveStock.v1', 'inventory.reserve');
const OrderConfirmed = said('waybill.OrderConfirmed.v1', 'orders.events');
const OrderFailed = said('waybill.OrderFailed.v1', 'orders.events');
const OrderCancelled = said('waybill.OrderCancelled.v1', 'orders.events');

let rabbit: RabbitPeer;
let kafka: KafkaPeer;
beforeAll(async () => {
  rabbit = await RabbitPeer.connect(endpoints().rabbitmq);
  const client = new Kafka({ brokers: [endpoints().kafka], logLevel: logLevel.NOTHING });
  kafka = new KafkaPeer({ kafka: client, prefix: '', drop: async () => {} });
});
afterAll(() => Promise.all([rabbit.close(), kafka.close()]));

const lineOf = (quantity: unknown) => ({
  orderId: crypto.randomUUID(),
  attempt: 1,
  items: [{ sku: 'BOOK-017', quantity }],
});

describe('a task that can not be handled', () => {
  it('waits for an operator, and takes effect once when it is corrected and resubmitted', async () => {
    const before = await product('BOOK-017');
    const poisoned = lineOf('three');
    const messageId = await rabbit.send(ReserveStock, poisoned);

    const letter = await deadLetter({ messageId });
    expect(letter).toMatchObject({
      source: 'inventory.reserve',
      consumer: 'inventory',
      class: 'malformed',
      error: expect.stringContaining('items.0.quantity'),
      type: ReserveStock.type,
      key: poisoned.orderId,
    });
    expect(JSON.parse(letter.body)).toEqual(poisoned);
    await expect(operate(`/${letter.id}/resubmit`, { body: poisoned })).rejects.toThrow('400');

    const corrected = { ...poisoned, items: [{ sku: 'BOOK-017', quantity: 3 }] };
    await operate(`/${letter.id}/resubmit`, { body: corrected });
    await until('the books are reserved', async () => (await reservations(poisoned.orderId)).length > 0, {
      within: '30s',
    });
    const outcome = { ...poisoned, items: undefined, outcome: 'reserved' };
    const [answer] = await until('it is answered', () => rabbit.answered(messageId, 1), { within: '30s' });
    expect(JSON.parse(answer!.body)).toEqual(outcome);
    expect(await product('BOOK-017')).toMatchObject({ reserved: before.reserved + 3 });
    expect((await operate<{ status: string }>(`/${letter.id}`)).status).toBe('resubmitted');

    // Nothing of this test is left for the invariants.
    await rabbit.ask(said('waybill.ReleaseStock.v1', 'inventory.release'), {
      orderId: poisoned.orderId,
      attempt: 1,
    } as never);
    expect(await product('BOOK-017')).toMatchObject({ reserved: before.reserved });
  });

  it.each([
    ['no JSON', '{ "orderId": '],
    ['empty', ''],
    ['of 2 MB', 'x'.repeat(2_000_000)],
  ])('is shown whole though it is %s, and can be discarded', async (_, bytes) => {
    const messageId = await rabbit.send(ReserveStock, lineOf(1), { bytes });
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

describe('an event that is corrected and resubmitted', () => {
  it('is handled once by the one group that gave it up; others are not told, and what waits behind it comes after it', async () => {
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
    const messageId = await kafka.publish(OrderFailed, { ...failed, reason: 'BAD_WEATHER' } as never);
    const letter = await deadLetter({ messageId, consumer: 'email' });
    expect(letter.error).toContain('reason');
    await kafka.publish(OrderCancelled, { ...order, cancelledAt: at } as never);

    await operate(`/${letter.id}/resubmit`, { body: failed });
    const types = async () => (await mails(orderId)).map(({ headers }) => headers['x-waybill-mail-type']);
    await until('both mails are there', async () => (await types()).length === 2, { within: '30s' });
    expect(await types()).toEqual(['order-failed', 'order-cancelled']);

    // Left there: what is known of this order only to them is nothing that analytics should count.
    expect((await deadLetter({ messageId, consumer: 'analytics' })).status).toBe('waiting');
  });
});

describe('a failed order', () => {
  it('waits for review, and is fulfilled when it is resubmitted with another way to pay', async () => {
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
