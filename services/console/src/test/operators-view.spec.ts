import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OrderConfirmed, ReserveStock } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { type Console, callApi, type DeadLetter, deadLetterOf, startConsole, withFailure } from './console.fixture.js';

/** Stands in for the process that consumes as `analytics`, and answers this. */
let parked: { status: number; body: object };
const asked: string[] = [];
let consumer: Server;
let console: Console;
beforeAll(async () => {
  consumer = createServer((request, response) => {
    asked.push(request.url!);
    response.writeHead(parked.status, { 'content-type': 'application/json' }).end(JSON.stringify(parked.body));
  });
  await new Promise<void>((resolve) => consumer.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(consumer.address() as AddressInfo).port}`;
  console = await startConsole({ config: { PROCESS_URLS: new Map([['analytics', url]]) } });
});
afterAll(async () => {
  await console.stop();
  consumer.close();
});

const task = () => ({ orderId: crypto.randomUUID(), attempt: 1, items: [{ sku: 'BOOK-001', quantity: 1 }] });
const inQueue = { ...ReserveStock, destination: { name: 'inventory.reserve-dlq' } };
const inTopic = { ...OrderConfirmed, destination: { name: 'orders.events.analytics-dlq' } };
const waitingTask = async (changes = {}) =>
  deadLetterOf(console, await console.rabbit.send(inQueue, task(), withFailure(changes)));
const get = <Body>(path: string) => callApi<Body>(console, 'GET', `/dead-letters${path}`);

describe('the schema of a dead letter', () => {
  it('is that of its type, as JSON Schema', async () => {
    const { id } = await waitingTask();
    expect(await get(`/${id}/schema`)).toMatchObject({
      status: 200,
      body: {
        type: ReserveStock.type,
        schema: { type: 'object', required: expect.arrayContaining(['orderId', 'items']) },
      },
    });
  });

  it('is null when its type is unknown', async () => {
    const id = await console.rabbit.send({ ...inQueue, type: 'other.Thing.v1' }, task(), withFailure());
    const deadLetter = await deadLetterOf(console, id);
    expect((await get(`/${deadLetter.id}/schema`)).body).toEqual({ type: 'other.Thing.v1', schema: null });
  });
});

describe('an edit that does not match', () => {
  it('gets an error for each field, by its path', async () => {
    const { id, body } = await waitingTask();
    const edit = { ...JSON.parse(body), attempt: 'first', items: [{ sku: 'BOOK-001', quantity: 0 }] };
    const response = await callApi(console, 'POST', `/dead-letters/${id}/resubmit`, { body: edit });
    expect(response.status).toBe(400);
    expect(response.body.errors.map(({ field }) => field)).toEqual(['body.attempt', 'body.items.0.quantity']);
  });
});

describe('what is parked with a dead letter', () => {
  const poison = async () => {
    const orderId = crypto.randomUUID();
    const id = await console.kafka.publish(inTopic, { orderId } as OrderConfirmed, withFailure({ class: 'business' }));
    return { orderId, ...(await deadLetterOf(console, id)) };
  };

  it('is what its consumer has parked of its key', async () => {
    const { id, orderId } = await poison();
    const page = { items: [{ position: '1', topic: 'orders.events', key: orderId }], nextCursor: null };
    parked = { status: 200, body: page };
    expect(await get(`/${id}/parked?limit=5`)).toMatchObject({ status: 200, body: page });
    expect(asked.at(-1)).toBe(`/parked?topic=orders.events&key=${orderId}&limit=5`);
  });

  it('is unavailable, and not nothing, when its consumer is', async () => {
    const { id } = await poison();
    parked = { status: 500, body: {} };
    expect(await get(`/${id}/parked`)).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('analytics answered 500') },
    });
  });

  it('is nothing when it is a task, and its consumer is not asked', async () => {
    const { id } = await waitingTask();
    const before = asked.length;
    expect((await get(`/${id}/parked`)).body).toEqual({ items: [], nextCursor: null });
    expect(asked).toHaveLength(before);
  });
});

describe('a running batch', () => {
  interface Batch {
    id: string;
    status: string;
    resolved: number;
    detail: string;
  }
  const change = (id: string, action: string) =>
    callApi<Batch>(console, 'POST', `/dead-letters/batches/${id}/${action}`);

  it('is listed, can be paused and resumed, and all of it is audited', async () => {
    const { group } = await waitingTask({ error: 'the shelf moved' });
    for (let n = 0; n < 2; n++) await waitingTask({ error: 'the shelf moved' });
    const request = { filter: { group }, ratePerSecond: 0.5, reason: 'no shelf' };
    const { body } = await callApi<{ batch: Batch }>(console, 'POST', '/dead-letters/discard', request);
    const { id } = body.batch;
    await until('one is discarded', async () => (await get<Batch>(`/batches/${id}`)).body.resolved === 1);

    expect(await change(id, 'pause')).toMatchObject({ status: 200, body: { status: 'paused', pausedBy: 'ada' } });
    expect(await change(id, 'pause')).toMatchObject({ status: 409, body: { detail: expect.stringContaining('ada') } });
    const paused = await get<{ items: Batch[] }>('/batches?status=paused');
    expect(paused.body.items.map((batch) => batch.id)).toEqual([id]);
    expect(await change(id, 'resume')).toMatchObject({ status: 200, body: { status: 'running' } });
    await until('another is discarded', async () => (await get<Batch>(`/batches/${id}`)).body.resolved === 2);
    await change(id, 'stop');

    const { items } = (await get<{ items: { action: string; batch: string; by: string }[] }>('/audit?by=ada')).body;
    const ofBatch = items.filter(({ batch }) => batch === id);
    expect(ofBatch.map(({ action }) => action)).toEqual(['stop-batch', 'resume-batch', 'pause-batch', 'start-batch']);
  });
});

describe('the audit log', () => {
  it('is paged, and rejects what it does not know', async () => {
    for (const reason of ['first', 'second']) {
      const { id } = await waitingTask();
      await callApi<DeadLetter>(console, 'POST', `/dead-letters/${id}/discard`, { reason });
    }
    type Page = { items: { detail: string }[]; nextCursor: string };
    const first = (await get<Page>('/audit?limit=1&action=discard')).body;
    expect(first.items[0]!.detail).toBe('second');
    const second = (await get<Page>(`/audit?limit=1&action=discard&cursor=${first.nextCursor}`)).body;
    expect(second.items[0]!.detail).toBe('first');
    for (const query of ['?action=fly', '?cursor=x', '?limit=0'])
      expect((await get(`/audit${query}`)).status).toBe(400);
  });
});
