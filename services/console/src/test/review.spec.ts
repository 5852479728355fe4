import { OrderConfirmed, ReserveStock } from '@waybill/contracts';
import { until } from '@waybill/testing';
import { type Answer, ask, type Console, givenUp, type Letter, letterOf, startConsole } from './console.fixture.js';

let console: Console;
beforeAll(async () => {
  console = await startConsole();
});
afterAll(() => console.stop());

const task = () => ({ orderId: crypto.randomUUID(), attempt: 1, items: [{ sku: 'BOOK-001', quantity: 1 }] });
const inQueue = { ...ReserveStock, destination: { name: 'inventory.reserve-dlq' } };
const inTopic = { ...OrderConfirmed, destination: { name: 'orders.events.analytics-dlq' } };

async function waitingTask(changes = {}): Promise<Letter> {
  return letterOf(console, await console.rabbit.send(inQueue, task(), givenUp(changes)));
}

const resubmit = (letter: Letter, request?: object) =>
  ask(console, 'POST', `/dead-letters/${letter.id}/resubmit`, request);

describe('resubmitting a task', () => {
  it('sends it back to its queue, under its own id and without the marks of its failure', async () => {
    const letter = await waitingTask();
    expect(await resubmit(letter)).toMatchObject({ status: 202, body: { status: 'resubmitted', resubmissions: 1 } });

    const message = await console.rabbit.take('inventory.reserve');
    expect(message).toMatchObject({
      id: letter.messageId,
      type: ReserveStock.type,
      correlationId: letter.messageId,
      body: letter.body,
    });
    expect(Object.keys(message.headers).filter((name) => name.startsWith('x-waybill-'))).toEqual([]);
  });

  it('sends it edited, as JSON or as text', async () => {
    for (const asText of [false, true]) {
      const letter = await waitingTask();
      const edited = { ...JSON.parse(letter.body), items: [{ sku: 'BOOK-002', quantity: 2 }] };
      const { status } = await resubmit(letter, { body: asText ? JSON.stringify(edited) : edited });
      expect(status).toBe(202);
      const message = await console.rabbit.take('inventory.reserve');
      expect([message.id, JSON.parse(message.body)]).toEqual([letter.messageId, edited]);
    }
  });

  it('refuses an edit that does not fit the contract, and names what does not fit', async () => {
    const letter = await waitingTask();
    const bodies = [{ ...JSON.parse(letter.body), items: [] }, '{ "not": "JSON', { orderId: 'x' }];
    for (const body of bodies) {
      const answer = await resubmit(letter, { body });
      expect([answer.status, answer.body.errors[0]!.field]).toEqual([400, 'body']);
    }
    expect((await letterOf(console, letter.messageId)).version).toBe(letter.version);
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);
  });

  it('is refused after three times, until it is forced', async () => {
    let letter = await waitingTask();
    for (let round = 1; round <= 3; round++) {
      expect((await resubmit(letter)).status).toBe(202);
      await console.rabbit.take('inventory.reserve');
      const again = givenUp({ lastFailedAt: `2026-02-0${round}T00:00:00.000Z` });
      await console.rabbit.send(inQueue, task(), { id: letter.messageId, ...again });
      letter = await letterOf(console, letter.messageId);
    }
    expect(await resubmit(letter)).toMatchObject({ status: 409, body: { type: expect.stringContaining('too-often') } });
    expect((await resubmit(letter, { force: true })).status).toBe(202);
    await console.rabbit.take('inventory.reserve');
  });
});

describe('resubmitting an event', () => {
  it('tells the one group that gave it up, and no other', async () => {
    const { orderId } = task();
    const id = await console.kafka.publish(inTopic, { orderId } as OrderConfirmed, givenUp({ class: 'business' }));
    const letter = await letterOf(console, id);
    expect((await resubmit(letter)).status).toBe(202);

    const message = await console.rabbit.take('analytics.parked');
    expect(message).toMatchObject({ type: 'waybill.ReleaseParked.v1', correlationId: id });
    expect(JSON.parse(message.body)).toEqual({
      source: 'orders.events',
      messageId: id,
      key: orderId,
      action: 'resubmit',
      by: 'ada',
    });
    expect(await console.rabbit.waiting('email.parked')).toBe(0);
  });
});

describe('discarding', () => {
  it('needs a reason, is kept with who, and cannot be done twice', async () => {
    const letter = await waitingTask();
    const path = `/dead-letters/${letter.id}/discard`;
    expect((await ask(console, 'POST', path, {})).status).toBe(400);
    expect(await ask(console, 'POST', path, { reason: 'a test' })).toMatchObject({
      status: 200,
      body: { status: 'discarded' },
    });
    const again = await ask(console, 'POST', path, { reason: 'a test' });
    expect(again).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('discarded already, by ada') },
    });
    const { history } = (await ask(console, 'GET', `/dead-letters/${letter.id}`)).body;
    expect(history.at(-1)).toMatchObject({ act: 'discarded', by: 'ada', detail: 'a test' });
  });
});

describe('two operators at once', () => {
  it('send one of their edits: the other one is told that it was decided', async () => {
    const letter = await waitingTask();
    const edits = [2, 3, 4, 5].map((quantity) => ({
      body: { ...JSON.parse(letter.body), items: [{ sku: 'BOOK-001', quantity }] },
    }));
    const answers = await Promise.all(edits.map((edit) => resubmit(letter, edit)));

    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409]);
    const winner = edits[answers.findIndex(({ status }) => status === 202)]!;
    const message = await console.rabbit.take('inventory.reserve');
    expect(JSON.parse(message.body)).toEqual(winner.body);
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);
  });

  it('do not decide about what they have not seen', async () => {
    const letter = await waitingTask();
    expect(await resubmit(letter, { version: letter.version + 1 })).toMatchObject({
      status: 409,
      body: { type: expect.stringContaining('has-changed') },
    });
    expect((await resubmit(letter, { version: letter.version })).status).toBe(202);
    await console.rabbit.take('inventory.reserve');
  });
});

describe('many at once', () => {
  interface Batch {
    id: string;
    status: string;
    decided: number;
    released: number;
    detail: string;
  }
  interface BatchAnswer {
    selected: number;
    matching: number;
    changed: boolean;
    batch: Batch | null;
    errors: { field: string; message: string }[];
  }
  const many = (request: object, action = 'resubmit') =>
    ask<BatchAnswer>(console, 'POST', `/dead-letters/${action}`, request);
  const watched = async ({ headers }: Answer<unknown>) =>
    (await ask<Batch>(console, 'GET', String(headers.location))).body;
  const groupOf = async (error: string) => (await waitingTask({ error })).group;

  it('are tried out first, then resubmitted at a rate, and that can be watched', async () => {
    for (let n = 0; n < 5; n++) await waitingTask({ error: 'the shelf is locked' });
    const [{ group }] = (
      await ask<{ items: [{ group: string }] }>(console, 'GET', '/dead-letters/groups?class=transient&limit=1')
    ).body.items;
    const request = { filter: { group }, limit: 4, ratePerSecond: 20 };

    expect(await many({ ...request, dryRun: true })).toMatchObject({
      status: 200,
      body: { matching: 5, selected: 4, changed: false, batch: null },
    });
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);

    const begun = await many(request);
    expect(begun).toMatchObject({ status: 202, body: { selected: 4, changed: true } });
    await until('the batch is done', async () => (await watched(begun)).status === 'done');
    expect(await watched(begun)).toMatchObject({ action: 'resubmit', by: 'ada', decided: 4, passedOver: 0 });
    for (let n = 0; n < 4; n++) await console.rabbit.take('inventory.reserve');
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);
  });

  it('says that nothing was changed when nothing is meant', async () => {
    expect(await many({ filter: { source: 'nowhere' } })).toMatchObject({
      status: 200,
      body: { matching: 0, selected: 0, changed: false, batch: null },
    });
  });

  it('are discarded in the same way, for a reason, and each keeps who and why', async () => {
    const group = await groupOf('a load test is running');
    const second = await waitingTask({ error: 'a load test is running' });
    expect(second.group).toBe(group);
    const request = { filter: { group }, limit: 5, ratePerSecond: 50, force: false, reason: 'a load test' };
    expect(await many({ ...request, dryRun: true }, 'discard')).toMatchObject({
      status: 200,
      body: { matching: 2, selected: 2, changed: false, batch: null },
    });

    const begun = await many(request, 'discard');
    expect(begun).toMatchObject({ status: 202, body: { selected: 2, batch: { action: 'discard' } } });
    await until('the batch is done', async () => (await watched(begun)).status === 'done');
    expect(await watched(begun)).toMatchObject({ by: 'ada', reason: 'a load test', decided: 2, passedOver: 0 });

    const { history } = (await ask(console, 'GET', `/dead-letters/${second.id}`)).body;
    const { id: batch } = begun.body.batch!;
    expect(history.at(-1)).toMatchObject({ act: 'discarded', by: 'ada', detail: 'a load test', batch });
    expect(await console.rabbit.waiting('inventory.reserve')).toBe(0);
    expect(await many(request, 'discard')).toMatchObject({ status: 200, body: { matching: 0, changed: false } });
  });

  it.each([{}, { reason: ' ' }, { reason: 1 }])('are not discarded with %j for a reason', async (reason) => {
    const { status, body } = await many({ filter: { source: 'nowhere' }, ...reason }, 'discard');
    expect([status, body.errors[0]!.field]).toEqual([400, 'reason']);
  });

  it('can be stopped: what is not decided waits again, and to stop it again changes nothing', async () => {
    const group = await groupOf('the shelf is gone');
    for (let n = 0; n < 2; n++) await waitingTask({ error: 'the shelf is gone' });
    const begun = await many({ filter: { group }, ratePerSecond: 0.01, reason: 'no shelf' }, 'discard');
    await until('one is discarded', async () => (await watched(begun)).decided === 1);

    const stop = () => ask<Batch>(console, 'POST', `${begun.headers.location}/stop`);
    expect(await stop()).toMatchObject({
      status: 200,
      body: { status: 'stopped', stoppedBy: 'ada', decided: 1, released: 2 },
    });
    const stopped = await watched(begun);
    expect(await stop()).toMatchObject({
      status: 409,
      body: {
        type: expect.stringContaining('already-decided'),
        detail: expect.stringContaining('stopped already, by ada'),
      },
    });
    expect(await watched(begun)).toEqual(stopped);
    expect((await many({ filter: { group }, dryRun: true })).body).toMatchObject({ matching: 2, selected: 2 });
  });

  it('are stopped by operators only', async () => {
    const { status } = await ask(console, 'POST', `/dead-letters/batches/${crypto.randomUUID()}/stop`, undefined, {});
    expect(status).toBe(401);
  });
});
