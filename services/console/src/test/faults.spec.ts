import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ordersEvents, paymentsEvents } from '@waybill/contracts';
import { carrierSettings, eventCarrier, openObjectStore, type Topic } from '@waybill/messaging';
import { createLogger } from '@waybill/platform';
import { FakeHttpServer, jsonResponse, until } from '@waybill/testing';
import { type Console, callApi, startConsole } from './console.fixture.js';

const ID = '01900000-0000-7000-8000-000000000001';
const SUBJECT = '01900000-0000-7000-8000-00000000000b';
const ORDER = '01900000-0000-7000-8000-00000000000a';

const fault = (changes: object = {}) => ({
  id: ID,
  kind: 'pause',
  target: 'payment',
  detail: 'stopped its process',
  by: 'ada',
  since: '2026-01-01T00:00:00.000Z',
  until: '2026-01-01T00:00:30.000Z',
  endedAt: null,
  undoable: true,
  ...changes,
});

/** What the launcher answers on its socket, and what it was asked. */
class LauncherStandIn {
  readonly requests: { method: string; url: string; body: unknown }[] = [];
  answer: { status: number; body: unknown } = { status: 200, body: { targets: [], inEffect: [fault()], recent: [] } };
  private readonly server: Server;

  constructor(readonly path: string) {
    this.server = createServer(async (request, response) => {
      const text = (await request.toArray()).join('');
      this.requests.push({ method: request.method!, url: request.url!, body: text && JSON.parse(text) });
      response.writeHead(this.answer.status).end(JSON.stringify(this.answer.body));
    }).listen(path);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

interface FaultBody {
  id: string;
  detail: string;
  title: string;
  errors: { field: string; message: string }[];
  available: boolean;
  reason: string;
  inEffect: object[];
  recent: { id: string; kind: string; by: string }[];
  messageTargets: { name: string; poison: string[]; duplicate: boolean; fill: boolean }[];
}

let folder: string;
let launcher: LauncherStandIn;
let orderApi: FakeHttpServer;
let console: Console;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'console-faults-'));
  launcher = new LauncherStandIn(join(folder, 'launcher.sock'));
  const order = { orderId: ORDER, attempt: 1, terminal: true };
  orderApi = await FakeHttpServer.start({ 'GET /orders': jsonResponse(200, { items: [order], nextCursor: null }) });
  console = await startConsole({
    config: {
      LAUNCHER_SOCKET: launcher.path,
      OBJECT_STORE: openObjectStore(`file://${folder}/objects`),
      PROCESS_URLS: new Map([['order-api', orderApi.url]]),
    },
  });
  await Promise.all([declare(ordersEvents), declare(paymentsEvents)]);
  await console.kafka.listen(ordersEvents.name);
});
afterAll(async () => {
  launcher.close();
  await Promise.all([console.stop(), orderApi.stop()]);
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  launcher.requests.length = 0;
  launcher.answer = { status: 200, body: { targets: [], inEffect: [fault()], recent: [] } };
});

/** As its service does. */
async function declare(declared: Topic): Promise<void> {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const topic = eventCarrier({ ...carrierSettings(console.settings), name: 'test', logger }).topology([declared]);
  await topic.declare().finally(() => topic.close());
}

const inject = (request: object) => callApi<FaultBody>(console, 'POST', '/faults', request);

describe('a fault of a process', () => {
  it('is carried out by the launcher, which is told who asks', async () => {
    launcher.answer = { status: 201, body: fault() };
    const { status, body } = await inject({ kind: 'slow', target: 'payment', seconds: 10 });
    expect({ status, body }).toEqual({ status: 201, body: fault() });
    const asked = { kind: 'slow', target: 'payment', seconds: 10, share: 0.2, by: 'ada' };
    expect(launcher.requests).toEqual([{ method: 'POST', url: '/faults', body: asked }]);
  });

  it('is listed, and undone on request', async () => {
    const { body } = await callApi<FaultBody>(console, 'GET', '/faults');
    expect(body).toMatchObject({ available: true, reason: null, inEffect: [fault()] });
    launcher.answer = { status: 200, body: fault({ endedAt: '2026-01-01T00:00:10.000Z' }) };
    const undone = await callApi<FaultBody>(console, 'DELETE', `/faults/${ID}`);
    expect(undone).toMatchObject({ status: 200, body: { endedAt: '2026-01-01T00:00:10.000Z' } });
    expect(launcher.requests.at(-1)).toMatchObject({ method: 'DELETE', url: `/faults/${ID}` });
  });

  it.each([
    [400, 400],
    [404, 404],
    [409, 409],
    [503, 503],
  ])('that the launcher rejects with %i is a problem that says why', async (given, status) => {
    launcher.answer = { status: given, body: { message: 'payment does not run' } };
    const response = await inject({ kind: 'kill', target: 'payment' });
    expect(response).toMatchObject({ status, body: { detail: 'payment does not run' } });
  });

  it.each([
    [{ kind: 'burn', target: 'payment' }, 'kind'],
    [{ kind: 'kill' }, 'target'],
    [{ kind: 'kill', target: '../payment' }, 'target'],
    [{ kind: 'kill', target: 'payment', seconds: 3 }, 'seconds'],
    [{ kind: 'pause', target: 'payment', seconds: 0 }, 'seconds'],
    [{ kind: 'pause', target: 'console', seconds: null }, 'seconds'],
    [{ kind: 'slow', target: 'payment', share: 1 }, 'share'],
    [{ kind: 'cut', target: 'payment', from: 'kafka' }, 'from'],
    [{ kind: 'fill', target: 'orders.process', count: 20_001 }, 'count'],
    [{ kind: 'poison', target: 'orders.process', class: 'sleepy' }, 'class'],
  ])('is rejected with the field that is wrong: %j', async (request, field) => {
    const { status, body } = await inject(request);
    expect({ status, field: body.errors[0]!.field }).toEqual({ status: 400, field });
    expect(launcher.requests).toEqual([]);
  });

  it('is for operators only', async () => {
    const { status } = await callApi(console, 'POST', '/faults', { kind: 'kill', target: 'payment' }, {});
    expect(status).toBe(401);
    expect(launcher.requests).toEqual([]);
  });
});

describe('poison', () => {
  it.each(['malformed', 'transient', 'crashing'])(
    'of class %s reaches the consumer of a queue',
    async (failureClass) => {
      const { status, body } = await inject({ kind: 'poison', target: 'email.send', class: failureClass });
      expect(status).toBe(201);
      const { id, type, headers, body: content } = await console.rabbit.take('email.send');
      expect(body.detail).toContain(id);
      expect(type).toBe('waybill.SendEmail.v1');
      if (failureClass === 'malformed') expect(() => JSON.parse(content)).toThrow(SyntaxError);
      else expect(headers['cloudEvents:dataref']).toContain(`${folder}/objects/`);
      expect(launcher.requests).toEqual([]);
    },
  );

  it('of class business is a task about an order that does not exist', async () => {
    await inject({ kind: 'poison', target: 'orders.process', class: 'business' });
    const { body } = await console.rabbit.take('orders.process');
    expect(JSON.parse(body)).toEqual({ orderId: expect.not.stringContaining(ORDER), attempt: 1 });
  });

  it('reaches the groups of a topic, with the key that was asked for', async () => {
    await inject({
      kind: 'poison',
      target: 'orders.events',
      class: 'malformed',
      key: ORDER,
      type: 'waybill.OrderCreated.v2',
    });
    const [event] = await console.kafka.received(ORDER, 1);
    expect(event).toMatchObject({ type: 'waybill.OrderCreated.v2', body: '{ "orderId": ' });
  });

  it.each([
    [{ target: 'nowhere', class: 'malformed' }, 'target'],
    [{ target: 'email.send', class: 'malformed', type: 'waybill.ProcessOrder.v2' }, 'type'],
    [{ target: 'email.send', class: 'business' }, 'class'],
  ])('that cannot be sent is rejected: %j', async (request, field) => {
    const { status, body } = await inject({ kind: 'poison', ...request });
    expect({ status, field: body.errors[0]!.field }).toEqual({ status: 400, field });
  });
});

describe('a message', () => {
  it('is sent twice, with the same id', async () => {
    const { body } = await inject({ kind: 'duplicate', target: 'orders.process' });
    const both = [await console.rabbit.take('orders.process'), await console.rabbit.take('orders.process')];
    expect(both.map(({ id }) => body.detail.includes(id))).toEqual([true, true]);
    expect(JSON.parse(both[0]!.body)).toEqual({ orderId: ORDER, attempt: 1 });
  });

  it('that was the latest of a topic is sent once more, as it was; what nobody can read is not', async () => {
    const subjectOf = () => SUBJECT;
    const id = await console.kafka.publish(
      { type: 'waybill.OrderShipped.v1', destination: ordersEvents, subjectOf },
      { n: 1 },
    );
    await inject({ kind: 'poison', target: ordersEvents.name, class: 'malformed', key: SUBJECT });
    const { body } = await inject({ kind: 'duplicate', target: ordersEvents.name });
    expect(body.detail).toBe(`sent the latest event once more: ${id}`);
    const [first, poison, again] = await console.kafka.received(SUBJECT, 3);
    expect(poison!.body).not.toBe(first!.body);
    expect(again).toEqual(first);
  });

  it('is not there to be sent again when the topic is empty', async () => {
    const { status, body } = await inject({ kind: 'duplicate', target: paymentsEvents.name });
    expect({ status, body }).toMatchObject({ status: 409, body: { title: 'There is no event yet' } });
  });

  it('is sent often to fill a queue, each time with an id of its own', async () => {
    const { body } = await inject({ kind: 'fill', target: 'orders.process', count: 700 });
    expect(body.detail).toBe('sent 700 messages');
    await until('all are there', async () => (await console.rabbit.waiting('orders.process')) === 700);
    const ids = [await console.rabbit.take('orders.process'), await console.rabbit.take('orders.process')];
    expect(ids[0]!.id).not.toBe(ids[1]!.id);
  });

  it('is listed among what was done, and is no fault to undo', async () => {
    const { body: sent } = await inject({ kind: 'poison', target: 'email.send', class: 'malformed' });
    const { body } = await callApi<FaultBody>(console, 'GET', '/faults');
    expect(body.recent[0]).toMatchObject({ id: sent.id, kind: 'poison', by: 'ada' });
    const target = body.messageTargets.find(({ name }) => name === 'orders.process');
    expect(target).toMatchObject({
      poison: ['malformed', 'business', 'transient', 'crashing'],
      duplicate: true,
      fill: true,
    });
    expect((await callApi(console, 'DELETE', `/faults/${sent.id}`)).status).toBe(409);
  });
});

describe('without a launcher', () => {
  let alone: Console;
  beforeAll(async () => {
    alone = await startConsole();
  });
  afterAll(() => alone.stop());

  it('nothing can be broken, and the list says why', async () => {
    const { status, body } = await callApi<FaultBody>(alone, 'GET', '/faults');
    expect({ status, body }).toMatchObject({ status: 200, body: { available: false, reason: expect.any(String) } });
    for (const request of [
      { kind: 'kill', target: 'payment' },
      { kind: 'poison', target: 'email.send', class: 'malformed' },
    ]) {
      const response = await callApi<FaultBody>(alone, 'POST', '/faults', request);
      expect(response).toMatchObject({ status: 403, body: { title: 'Faults are off here' } });
    }
    expect((await callApi(alone, 'DELETE', `/faults/${ID}`)).status).toBe(403);
  });

  it('invariants are unknown, and the report says why', async () => {
    const { status, body } = await callApi<{ unavailable: string }>(alone, 'GET', '/invariants');
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { unavailable: expect.stringContaining('npm start') },
    });
  });
});

it('says that the launcher does not respond while it is gone', async () => {
  const gone = await startConsole({ config: { LAUNCHER_SOCKET: join(folder, 'gone.sock') } });
  const { status, body } = await callApi<FaultBody>(gone, 'GET', '/faults');
  expect({ status, body }).toMatchObject({ status: 503, body: { detail: expect.stringContaining('launcher') } });
  await gone.stop();
});
