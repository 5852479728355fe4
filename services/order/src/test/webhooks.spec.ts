import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { BusinessRejection, type HandlerContext, MessageOutbox, Postpone } from '@waybill/messaging';
import { createLogger, Database } from '@waybill/platform';
import { FakeHttpServer, type FreshDatabase } from '@waybill/testing';
import { register } from 'prom-client';
import { Webhook } from 'standardwebhooks';
import { type FailureReason, type Order, TERMINAL, type TerminalStatus } from '../domain/order.js';
import { SendWebhookHandler, WebhookSettings } from '../handlers/send-webhook.handler.js';
import { WebhookClient } from '../handlers/webhook-client.js';
import { OrderRepository } from '../persistence/order.repository.js';
import { anOrder } from './an-order.fixture.js';
import { orderDatabase } from './order-api.fixture.js';

const secretOf = (character: string) => `whsec_${Buffer.alloc(24, character).toString('base64')}`;
const [current, previous, foreign] = ['a', 'b', 'c'].map(secretOf) as [string, string, string];
const orders = new OrderRepository(new MessageOutbox({ source: '/waybill/order' }));
const received: { headers: IncomingHttpHeaders; body: string }[] = [];
let answer: [status: number, headers?: Record<string, string>];
let server: FreshDatabase;
let database: Database;
let receiver: FakeHttpServer;

beforeAll(async () => {
  server = await orderDatabase();
  database = new Database({ url: server.url, logger: createLogger({ service: 'test', level: 'silent' }) });
  receiver = await FakeHttpServer.start({
    'POST /hook': async (request, response) => {
      const body = await text(request);
      received.push({ headers: request.headers, body });
      response.writeHead(...answer).end();
    },
  });
});
beforeEach(() => {
  received.length = 0;
  answer = [200];
});
afterAll(async () => {
  await receiver.stop();
  await database.close();
  await server.drop();
});

/** An order in the status before this one. */
async function before(status: TerminalStatus, callbackUrl = `${receiver.url}/hook`): Promise<Order> {
  const order = anOrder({ ...(callbackUrl && { callbackUrl }) });
  await database.transaction(async (tx) => {
    await orders.insert(tx, order);
    if (status === 'SHIPPED' || status === 'DELIVERED') await orders.move(tx, order, 'CONFIRMED');
    if (status === 'DELIVERED') await orders.move(tx, order, 'SHIPPED');
  });
  await server.pool.query('DELETE FROM waybill.outbox');
  return order;
}

/** An order in this status. */
async function reached(status: TerminalStatus, reason?: FailureReason, callbackUrl?: string): Promise<Order> {
  const order = await before(status, callbackUrl);
  await database.transaction((tx) => orders.move(tx, order, status, reason));
  return order;
}

const tasks = async () =>
  (
    await server.pool.query(
      `SELECT id, destination, convert_from(body, 'UTF8') AS body FROM waybill.outbox ORDER BY seq`,
    )
  ).rows;

/** Handles the task that asks for a webhook about this status. */
function send(
  { orderId, attempt }: Order,
  status: TerminalStatus,
  { targets = 'any' as 'any' | 'public', id = 'msg_1', signal = new AbortController().signal } = {},
): Promise<void> {
  const client = new WebhookClient({ targets, timeout: 5_000 });
  const handler = new SendWebhookHandler(database, client, new WebhookSettings([current, previous], 2));
  return handler.handle({ orderId, attempt, status }, { message: { id }, signal } as HandlerContext);
}

const verified = (secret: string, { headers, body } = received.at(-1)!) =>
  new Webhook(secret).verify(body, headers as Record<string, string>);

describe('an order with a callback URL', () => {
  it.each(TERMINAL)('that becomes %s asks for a webhook in the same transaction, without the URL', async (status) => {
    const order = await reached(status);
    const { orderId, attempt } = order;
    expect(await tasks()).toEqual([{ id: expect.any(String), destination: 'webhooks.send', body: expect.any(String) }]);
    expect(JSON.parse((await tasks())[0].body)).toEqual({ orderId, attempt, status });

    const next = await before(status);
    const undone = database.transaction(async (tx) => {
      await orders.move(tx, next, status);
      throw new Error('rolled back');
    });
    await expect(undone).rejects.toThrow('rolled back');
    expect(await tasks()).toEqual([]);
  });

  it('whose dispatch is not heard of before its delivery asks for both webhooks', async () => {
    const order = await before('SHIPPED');
    await database.transaction((tx) => orders.move(tx, order, 'DELIVERED'));
    await database.transaction((tx) => orders.move(tx, order, 'SHIPPED'));
    expect((await tasks()).map(({ body }) => JSON.parse(body).status)).toEqual(['SHIPPED', 'DELIVERED']);
    await send(order, 'SHIPPED');
    expect(verified(current)).toMatchObject({ type: 'order.shipped', data: { status: 'SHIPPED' } });
  });

  it('asks for none before it has an outcome, nor when nothing changes', async () => {
    const order = await before('CONFIRMED');
    for (const status of ['RESERVED', 'PAID', 'DELIVERED'] as const)
      await database.transaction((tx) => orders.move(tx, order, status));
    expect(await tasks()).toEqual([]);
  });
});

it('an order without a callback URL asks for no webhook', async () => {
  await reached('CONFIRMED', undefined, '');
  expect(await tasks()).toEqual([]);
});

describe('a webhook', () => {
  it('says what GET /orders/{orderId}/status said then, whatever the status is now', async () => {
    const order = await reached('FAILED', 'OUT_OF_STOCK');
    await orders.beginNextAttempt(database.autocommit, order);
    await send(order, 'FAILED');
    expect(verified(current)).toEqual({
      type: 'order.failed',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      data: {
        orderId: order.orderId,
        status: 'FAILED',
        terminal: true,
        reason: 'OUT_OF_STOCK',
        updatedAt: expect.any(String),
      },
    });
    expect(received[0]!.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'msg_1' });
  });

  it('is signed with every secret, so that one can replace another, and with no other', async () => {
    await send(await reached('CONFIRMED'), 'CONFIRMED');
    expect(verified(current)).toEqual(verified(previous));
    expect(() => verified(foreign)).toThrow('No matching signature');
  });

  it('that is sent again keeps its id and its body', async () => {
    const order = await reached('DELIVERED');
    await send(order, 'DELIVERED');
    await send(order, 'DELIVERED');
    const [first, second] = received;
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(second!.body).toBe(first!.body);
  });

  it.each([302, 400, 404, 429, 500, 503])('is retried when the receiver answers %i', async (status) => {
    answer = [status, { location: '/hook' }];
    await expect(send(await reached('CONFIRMED'), 'CONFIRMED')).rejects.toThrow(`the receiver answered ${status}`);
    expect(received).toHaveLength(1);
  });

  it.each([429, 503])('is sent later, as the receiver has asked with %i and Retry-After', async (status) => {
    answer = [status, { 'retry-after': '120' }];
    const sent = send(await reached('CONFIRMED'), 'CONFIRMED');
    await expect(sent).rejects.toThrow(Postpone);
    await expect(sent).rejects.toMatchObject({ ms: 120_000 });
  });

  it('is the last one when the receiver answers 410', async () => {
    answer = [410];
    const order = await reached('CONFIRMED');
    await send(order, 'CONFIRMED');
    await send(order, 'CONFIRMED');
    expect(received).toHaveLength(1);
    await server.pool.query('DELETE FROM waybill.outbox');
    await database.transaction((tx) => orders.move(tx, order, 'SHIPPED'));
    expect(await tasks()).toEqual([]);
  });

  it('to a private address is a dead letter at once, and nothing is sent', async () => {
    const sent = send(await reached('CONFIRMED'), 'CONFIRMED', { targets: 'public' });
    await expect(sent).rejects.toThrow(BusinessRejection);
    expect(received).toEqual([]);
  });

  it('about a status that the order never had is a dead letter at once', async () => {
    await expect(send(await reached('CONFIRMED'), 'FAILED')).rejects.toThrow(BusinessRejection);
  });

  it('whose process stops is sent again, and no attempt is counted', async () => {
    const stopping = new AbortController();
    const order = await reached('CONFIRMED');
    stopping.abort();
    await expect(send(order, 'CONFIRMED', { signal: stopping.signal })).rejects.toThrow(Postpone);
  });
});

it('the calls are counted by what came of them', async () => {
  const order = await reached('CONFIRMED');
  const unheard = await reached('CONFIRMED', undefined, 'http://127.0.0.1:9/hook');
  register.getSingleMetric('waybill_webhook_calls_total')!.reset();
  for (const status of [200, 500, 429, 410]) {
    answer = [status, { 'retry-after': '60' }];
    await send(order, 'CONFIRMED').catch(() => {});
  }
  await send(unheard, 'CONFIRMED').catch(() => {});
  await send(unheard, 'CONFIRMED', { targets: 'public' }).catch(() => {});
  const { values } = await register.getSingleMetric('waybill_webhook_calls_total')!.get();
  expect(Object.fromEntries(values.map(({ labels, value }) => [labels.result, value]))).toEqual({
    delivered: 1,
    failed: 1,
    later: 1,
    unwanted: 1,
    no_answer: 1,
    not_public: 1,
  });
});
