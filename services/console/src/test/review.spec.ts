import { DiscardOrder, OrderConfirmed, ProcessOrder, ReserveStock } from '@waybill/contracts';
import { until } from '@waybill/testing';
import {
  type Console,
  type ConsoleResponse,
  callApi,
  type DeadLetter,
  deadLetterOf,
  startConsole,
  withFailure,
} from './console.fixture.js';

let console: Console;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console.stop());

const task = () => ({ orderId: crypto.randomUUID(), attempt: 1, items: [{ sku: 'BOOK-001', quantity: 1 }] });
const inQueue = { ...ReserveStock, destination: { name: 'inventory.reserve-dlq' } };
const inTopic = { ...OrderConfirmed, destination: { name: 'orders.events.analytics-dlq' } };

async function waitingTask(changes = {}): Promise<DeadLetter> {
  return deadLetterOf(console, await console.rabbit.send(inQueue, task(), withFailure(changes)));
}

const resubmit = (deadLetter: DeadLetter, request?: object) =>
  callApi(console, 'POST', `/dead-letters/${deadLetter.id}/resubmit`, request);

describe('resubmitting a task', () => {
  it('returns it to its queue with its id and without failure headers', async () => {
    const deadLetter = await waitingTask();
    expect(await resubmit(deadLetter)).toMatchObject({
      status: 202,
      body: { status: 'resubmitted', resubmissions: 1 },
    });

    const message = await console.rabbit.take('inventory.reserve');
    expect(message).toMatchObject({
      id: deadLetter.messageId,
      type: ReserveStock.type,
      correlationId: deadLetter.messageId,
      body: deadLetter.body,
    });
    expect(Object.keys(message.headers).filter((name) => name.startsWith('x-waybill-'))).toEqual([]);
  });

  it('sends it edited, as JSON or as text', async () => {
    for (const asText of [false, true]) {
      const deadLetter = await waitingTask();
      const edited = { ...JSON.parse(deadLetter.body), items: [{ sku: 'BOOK-002', quantity: 2 }] };
      const { status } = await resubmit(deadLetter, { body: asText ? JSON.stringify(edited) : edited });
      expect(status).toBe(202);
      const message = await console.rabbit.take('inventory.reserve');
      expect([message.id, JSON.parse(message.body)]).toEqual([deadLetter.messageId, edited]);
    }
  });

  it('rejects an edit that does not fit the contract, and names the field', async () => {
    const deadLetter = await waitingTask();
    const bodies = [{ ...JSON.parse(deadLetter.body), items: [] }, '{ "not": "JSON', { orderId: 'x' }];
    const fields = ['body.items', 'body', 'body.orderId'];
    for (const [index, body] of bodies.entries()) {
      const response = await resubmit(deadLetter, { body });
      expect([response.status, response.body.errors[0]!.field]).toEqual([400, fields[index]]);
    }
    expect((await deadLetterOf(console, deadLetter.messageId)).version).toBe(deadLetter.version);
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);
  });

  it('is rejected after three times, unless it is forced', async () => {
    let deadLetter = await waitingTask();
    for (let round = 1; round <= 3; round++) {
      expect((await resubmit(deadLetter)).status).toBe(202);
      await console.rabbit.take('inventory.reserve');
      const again = withFailure({ lastFailedAt: `2026-02-0${round}T00:00:00.000Z` });
      await console.rabbit.send(inQueue, task(), { id: deadLetter.messageId, ...again });
      deadLetter = await deadLetterOf(console, deadLetter.messageId);
    }
    expect(await resubmit(deadLetter)).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('too-often') },
    });
    expect((await resubmit(deadLetter, { force: true })).status).toBe(202);
    await console.rabbit.take('inventory.reserve');
  });
});

describe('resubmitting an event', () => {
  it('notifies the one group that failed, and no other', async () => {
    const { orderId } = task();
    const id = await console.kafka.publish(inTopic, { orderId } as OrderConfirmed, withFailure({ class: 'business' }));
    const deadLetter = await deadLetterOf(console, id);
    expect((await resubmit(deadLetter)).status).toBe(202);

    const message = await console.rabbit.take('analytics.parked');
    expect(message).toMatchObject({ type: 'waybill.ReleaseParked.v1', correlationId: id });
    expect(JSON.parse(message.body)).toEqual({
      source: 'orders.events',
      eventSource: '/test',
      messageId: id,
      key: orderId,
      action: 'resubmit',
      by: 'ada',
    });
    expect(await console.rabbit.waiting('email.parked')).toBe(0);
  });
});

describe('discarding', () => {
  it('needs a reason, is recorded with the operator, and cannot be repeated', async () => {
    const deadLetter = await waitingTask();
    const path = `/dead-letters/${deadLetter.id}/discard`;
    expect((await callApi(console, 'POST', path, {})).status).toBe(400);
    expect(await callApi(console, 'POST', path, { reason: 'a test' })).toMatchObject({
      status: 200,
      body: { status: 'discarded' },
    });
    const again = await callApi(console, 'POST', path, { reason: 'a test' });
    expect(again).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('discarded already, by ada') },
    });
    const { history } = (await callApi(console, 'GET', `/dead-letters/${deadLetter.id}`)).body;
    expect(history.at(-1)).toMatchObject({ event: 'discarded', by: 'ada', detail: 'a test' });
  });
});

describe('concurrent operators', () => {
  it('send one of their edits; the others get 409', async () => {
    const deadLetter = await waitingTask();
    const edits = [2, 3, 4, 5].map((quantity) => ({
      body: { ...JSON.parse(deadLetter.body), items: [{ sku: 'BOOK-001', quantity }] },
    }));
    const responses = await Promise.all(edits.map((edit) => resubmit(deadLetter, edit)));

    expect(responses.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    const winner = edits[responses.findIndex(({ status }) => status === 202)]!;
    const message = await console.rabbit.take('inventory.reserve');
    expect(JSON.parse(message.body)).toEqual(winner.body);
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);
  });

  it('cannot change a version that they have not seen', async () => {
    const deadLetter = await waitingTask();
    expect(await resubmit(deadLetter, { version: deadLetter.version + 1 })).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('has-changed') },
    });
    expect((await resubmit(deadLetter, { version: deadLetter.version })).status).toBe(202);
    await console.rabbit.take('inventory.reserve');
  });
});

describe('a batch', () => {
  interface Batch {
    id: string;
    status: string;
    resolved: number;
    released: number;
    detail: string;
  }
  interface BatchResponse {
    selected: number;
    matching: number;
    changed: boolean;
    batch: Batch | null;
    errors: { field: string; message: string }[];
  }
  const submit = (request: object, action = 'resubmit') =>
    callApi<BatchResponse>(console, 'POST', `/dead-letters/${action}`, request);
  const progressOf = async ({ headers }: ConsoleResponse<unknown>) =>
    (await callApi<Batch>(console, 'GET', String(headers.location))).body;
  const groupOf = async (error: string) => (await waitingTask({ error })).group;

  it('has a dry run, resubmits at a rate, and shows its progress', async () => {
    for (let n = 0; n < 5; n++) await waitingTask({ error: 'the shelf is locked' });
    const [{ group }] = (
      await callApi<{ items: [{ group: string }] }>(console, 'GET', '/dead-letters/groups?class=transient&limit=1')
    ).body.items;
    const request = { filter: { group }, limit: 4, ratePerSecond: 20 };

    expect(await submit({ ...request, dryRun: true })).toMatchObject({
      status: 200,
      body: { matching: 5, selected: 4, changed: false, batch: null },
    });
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);

    const begun = await submit(request);
    expect(begun).toMatchObject({ status: 202, body: { selected: 4, changed: true } });
    await until('the batch is done', async () => (await progressOf(begun)).status === 'done');
    expect(await progressOf(begun)).toMatchObject({ action: 'resubmit', by: 'ada', resolved: 4, skipped: 0 });
    for (let n = 0; n < 4; n++) await console.rabbit.take('inventory.reserve');
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);
  });

  it('changes nothing, and says so, when its filter matches nothing', async () => {
    expect(await submit({ filter: { source: 'nowhere' } })).toMatchObject({
      status: 200,
      body: { matching: 0, selected: 0, changed: false, batch: null },
    });
  });

  it('discards for a reason, and records the operator and the reason with each dead letter', async () => {
    const group = await groupOf('a load test is running');
    const second = await waitingTask({ error: 'a load test is running' });
    expect(second.group).toBe(group);
    const request = { filter: { group }, limit: 5, ratePerSecond: 50, force: false, reason: 'a load test' };
    expect(await submit({ ...request, dryRun: true }, 'discard')).toMatchObject({
      status: 200,
      body: { matching: 2, selected: 2, changed: false, batch: null },
    });

    const begun = await submit(request, 'discard');
    expect(begun).toMatchObject({ status: 202, body: { selected: 2, batch: { action: 'discard' } } });
    await until('the batch is done', async () => (await progressOf(begun)).status === 'done');
    expect(await progressOf(begun)).toMatchObject({ by: 'ada', reason: 'a load test', resolved: 2, skipped: 0 });

    const { history } = (await callApi(console, 'GET', `/dead-letters/${second.id}`)).body;
    const { id: batch } = begun.body.batch!;
    expect(history.at(-1)).toMatchObject({ event: 'discarded', by: 'ada', detail: 'a load test', batch });
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);
    expect(await submit(request, 'discard')).toMatchObject({ status: 200, body: { matching: 0, changed: false } });
  });

  it.each([{}, { reason: ' ' }, { reason: 1 }])('does not discard with the reason %j', async (reason) => {
    const { status, body } = await submit({ filter: { source: 'nowhere' }, ...reason }, 'discard');
    expect([status, body.errors[0]!.field]).toEqual([400, 'reason']);
  });

  it('can be stopped once: what is not resolved is waiting again', async () => {
    const group = await groupOf('the shelf is gone');
    for (let n = 0; n < 2; n++) await waitingTask({ error: 'the shelf is gone' });
    const begun = await submit({ filter: { group }, ratePerSecond: 0.01, reason: 'no shelf' }, 'discard');
    await until('one is discarded', async () => (await progressOf(begun)).resolved === 1);

    const stop = () => callApi<Batch>(console, 'POST', `${begun.headers.location}/stop`);
    expect(await stop()).toMatchObject({
      status: 200,
      body: { status: 'stopped', stoppedBy: 'ada', resolved: 1, released: 2 },
    });
    const stopped = await progressOf(begun);
    expect(await stop()).toMatchObject({
      status: 409,
      body: {
        type: expect.stringContaining('already-resolved'),
        detail: expect.stringContaining('already stopped by ada'),
      },
    });
    expect(await progressOf(begun)).toEqual(stopped);
    expect((await submit({ filter: { group }, dryRun: true })).body).toMatchObject({ matching: 2, selected: 2 });
  });

  it('is stopped by operators only', async () => {
    const { status } = await callApi(
      console,
      'POST',
      `/dead-letters/batches/${crypto.randomUUID()}/stop`,
      undefined,
      {},
    );
    expect(status).toBe(401);
  });
});

describe('discarding the task to process an order', () => {
  it('tells order to cancel it, so that it does not wait for ever', async () => {
    const attempt = { orderId: crypto.randomUUID(), attempt: 1 };
    const processing = { ...ProcessOrder, destination: { name: 'orders.process-dlq' } };
    const deadLetter = await deadLetterOf(console, await console.rabbit.send(processing, attempt, withFailure({})));
    const { id } = deadLetter;
    await callApi(console, 'POST', `/dead-letters/${id}/discard`, { reason: 'a test order' });
    const message = await console.rabbit.take('orders.cancel');
    expect([message.type, JSON.parse(message.body)]).toEqual([DiscardOrder.type, attempt]);
  });
});
