import { ORDERS_FOR_REVIEW, OrderFailed, ProcessOrder, ReserveStock } from '@waybill/contracts';
import { type Console, callApi, type DeadLetter, deadLetterOf, startConsole, withFailure } from './console.fixture.js';

let console: Console;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console.stop());

const orderId = crypto.randomUUID();
const task = { orderId, attempt: 1, items: [{ sku: 'BOOK-001', quantity: 1 }] };
const inQueue = { ...ReserveStock, destination: { name: 'inventory.reserve-dlq' } };
const inTopic = { ...OrderFailed, destination: { name: 'orders.events.email-dlq' } };

describe('a dead letter', () => {
  it('of a queue is shown with its consumer, error and body', async () => {
    const id = await console.rabbit.send(inQueue, task, withFailure());
    expect(await deadLetterOf(console, id)).toMatchObject({
      source: 'inventory.reserve',
      consumer: 'inventory',
      class: 'transient',
      error: 'no response',
      attempts: 4,
      type: 'waybill.ReserveStock.v1',
      key: orderId,
      body: JSON.stringify(task),
      headers: { 'content-type': 'application/json', 'correlation-id': id, 'reply-to': 'test.replies' },
    });
    expect(await console.rabbit.waiting('inventory.reserve-dlq')).toBe(0);
  });

  it("of a group's topic is shown with the group and the event's key", async () => {
    const id = await console.kafka.publish(inTopic, { orderId } as OrderFailed, withFailure({ class: 'malformed' }));
    expect(await deadLetterOf(console, id)).toMatchObject({
      source: 'orders.events',
      consumer: 'email',
      class: 'malformed',
      key: orderId,
    });
  });

  it('of a failed order is shown as one of orders.process', async () => {
    const toReview = { ...ProcessOrder, destination: { name: ORDERS_FOR_REVIEW } };
    const failed = withFailure({ source: 'orders', consumer: 'order', class: 'business', error: 'OUT_OF_STOCK' });
    const id = await console.rabbit.send(toReview, { orderId } as ProcessOrder, failed);
    expect(await deadLetterOf(console, id)).toMatchObject({
      source: 'orders.process',
      consumer: 'order',
      class: 'business',
      error: 'OUT_OF_STOCK',
    });
  });

  it.each([
    ['invalid JSON', Buffer.from('{ "orderId": ')],
    ['nothing', Buffer.alloc(0)],
    ['two megabytes', Buffer.alloc(2_000_000, 'x')],
    ['binary data', Buffer.from([0xff, 0x00, 0xfe])],
  ])('with a body of %s is collected whole', async (_, bytes) => {
    const id = await console.rabbit.send(inQueue, task, { bytes, ...withFailure({ class: 'malformed' }) });
    const { body, bodyEncoding } = await deadLetterOf(console, id);
    expect(Buffer.from(body, bodyEncoding as 'base64').equals(bytes)).toBe(true);
  });

  it('is counted as depth with the age of the oldest', async () => {
    await deadLetterOf(console, await console.rabbit.send(inQueue, task, withFailure({ class: 'crashing' })));
    const labels = ['source="inventory.reserve"', 'consumer="inventory"', 'class="crashing"'];
    expect(await console.metric('waybill_dead_letters_waiting', labels)).toBe(1);
    expect(await console.metric('waybill_dead_letters_oldest_age_seconds', labels)).toBeGreaterThan(60);
  });
});

describe('the API', () => {
  it.each(['/dead-letters', '/dead-letters/groups', `/dead-letters/${orderId}`])(
    'admits only operators to %s',
    async (path) => {
      expect(await callApi(console, 'GET', path, undefined, {})).toMatchObject({ status: 401, body: { status: 401 } });
    },
  );

  it('describes every route in OpenAPI 3.1', async () => {
    const document = await console.get<{ openapi: string; paths: object }>('/openapi.json');
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/dead-letters',
        '/dead-letters/groups',
        '/dead-letters/{id}',
        '/dead-letters/{id}/resubmit',
        '/dead-letters/{id}/discard',
        '/dead-letters/resubmit',
        '/dead-letters/discard',
        '/dead-letters/batches/{id}',
        '/dead-letters/batches/{id}/stop',
        '/session',
        '/session/links',
        '/system',
      ]),
    );
  });

  it.each([
    ['/dead-letters?class=cosmic', 'class'],
    ['/dead-letters?limit=0', 'limit'],
    ['/dead-letters?cursor=x', 'cursor'],
    ['/dead-letters?nonsense=1', 'nonsense'],
  ])('rejects %s and names the field', async (path, field) => {
    const { status, body } = await callApi(console, 'GET', path);
    expect([status, body.errors.map((error) => error.field)]).toEqual([400, [field]]);
  });

  it.each(['not-an-id', crypto.randomUUID()])('responds with 404 for %s', async (id) => {
    expect((await callApi(console, 'GET', `/dead-letters/${id}`)).status).toBe(404);
    expect((await callApi(console, 'POST', `/dead-letters/${id}/resubmit`)).status).toBe(404);
    expect((await callApi(console, 'POST', `/dead-letters/batches/${id}/stop`)).status).toBe(404);
  });

  it('groups dead letters of the same failure and lists a group', async () => {
    const ids = [1, 2].map((n) => console.rabbit.send(inQueue, task, withFailure({ error: `no shelf ${n}00` })));
    for (const id of await Promise.all(ids)) await deadLetterOf(console, id);
    const groups = await callApi<{ items: { group: string; error: string; count: number }[] }>(
      console,
      'GET',
      '/dead-letters/groups?source=inventory.reserve',
    );
    const group = groups.body.items.find(({ error }) => error === 'no shelf <n>')!;
    expect(group.count).toBe(2);
    const listed = await callApi<{ items: DeadLetter[] }>(console, 'GET', `/dead-letters?group=${group.group}`);
    expect(listed.body.items).toHaveLength(2);
  });
});
