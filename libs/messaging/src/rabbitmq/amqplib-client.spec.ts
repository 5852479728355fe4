import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type FreshVhost, freshVhost, RabbitQueues, TcpProxy, until } from '@waybill/testing';
import { quiet } from '../test/workbench.fixture.js';
import { AmqplibClient } from './amqplib-client.js';
import type { QueueReaderOptions, RabbitDelivery, RabbitSettings, Settlement } from './rabbit-client.js';

/** The broker's default maximum is 128 MiB in 3.10 and 16 MiB in 4.0. */
const TOO_LARGE = 134_217_729;
const SOON = { first: 20, longest: 100 };

let vhost: FreshVhost;
let proxy: TcpProxy;
let queues: RabbitQueues;
let client: AmqplibClient;
let queue: string;
let count = 0;
const opened: AmqplibClient[] = [];

/** By way of the proxy. */
function open(settings: Partial<RabbitSettings> = {}): AmqplibClient {
  const url = new URL(vhost.url);
  url.port = String(proxy.port);
  const next = new AmqplibClient({
    url: url.href,
    name: 'test',
    logger: quiet,
    retryDelay: SOON,
    connectTimeout: 20_000,
    ...settings,
  });
  opened.push(next);
  return next;
}

beforeAll(async () => {
  vhost = await freshVhost();
  const { hostname, port } = new URL(vhost.url);
  proxy = await TcpProxy.to({ host: hostname, port: Number(port) });
  queues = await RabbitQueues.connect(vhost.url);
});
beforeEach(async () => {
  client = open();
  queue = `queue-${++count}`;
  await declare();
});
afterEach(async () => {
  proxy.restore();
  await Promise.all(opened.splice(0).map((each) => each.close()));
});
afterAll(async () => {
  await queues.close();
  await proxy.close();
  await vhost.drop();
});

const declare = (more: Record<string, string | number> = {}) =>
  client.declareQueues([{ name: queue, arguments: { 'x-queue-type': 'quorum', ...more } }]);
const message = (text: string, to = queue) => ({
  queue: to,
  body: Buffer.from(text),
  properties: { messageId: text, mandatory: true, persistent: true },
});
const stored = async () => (await queues.takeAll(queue)).map(({ body }) => String(body));

/** A reader that remembers what came. */
function read(
  options: Partial<QueueReaderOptions> = {},
  settle: (text: string) => Promise<Settlement> = async () => 'ack',
) {
  const received: string[] = [];
  const redelivered: string[] = [];
  const onMessage = (delivery: RabbitDelivery) => {
    const text = String(delivery.body);
    (delivery.redelivered ? redelivered : received).push(text);
    return settle(text);
  };
  return { received, redelivered, reader: client.reader({ queue, prefetch: 10, onMessage, ...options }) };
}

describe('a producer with confirms', () => {
  it("settles each send with the broker's verdict: stored, full queue, no such queue", async () => {
    queue = `${queue}-full`;
    await declare({ 'x-max-length': 1, 'x-overflow': 'reject-publish' });
    const producer = client.producer({ confirm: true });
    const isFull = () =>
      producer.send(message('filling')).then(
        () => false,
        ({ code }) => code === 'NACKED',
      );
    await until('it is full', isFull);
    await expect(producer.send(message('nobody', 'nowhere'))).rejects.toMatchObject({ code: 'RETURNED' });
    await queues.takeAll(queue);
    await producer.send(message('room'));
    expect(await stored()).toEqual(['room']);
  });

  it.each([
    ['headers over 64 KiB', { headers: { 'x-stack': 'x'.repeat(70_000) } }],
    ['a property over 255 bytes', { correlationId: 'x'.repeat(256) }],
  ])('rejects a message with %s, and sends what is beside it', async (_, properties) => {
    const producer = client.producer({ confirm: true });
    const sending = [message('before'), { ...message('wrong'), properties }, message('after')].map((each) =>
      producer.send(each).then(
        () => 'stored',
        ({ code }) => code,
      ),
    );
    expect(await Promise.all(sending)).toEqual(['stored', 'TOO_LARGE', 'stored']);
    expect(await stored()).toEqual(['before', 'after']);
  });

  it('rejects a body that is too large for the broker, which closes the channel, and loses none of its neighbours', async () => {
    const producer = client.producer({ confirm: true });
    const tooLarge = { ...message('too large'), body: Buffer.alloc(TOO_LARGE) };
    const sending = [message('1'), message('2'), tooLarge, message('3')].map((each) => producer.send(each));
    const results = await Promise.allSettled(sending);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(results[2]).toMatchObject({ reason: { code: 'TOO_LARGE' } });
    expect([...new Set(await stored())]).toEqual(['1', '2', '3']);
  });

  it('rejects what the broker has not confirmed when the connection breaks, and sends the next on a new one', async () => {
    const producer = client.producer({ confirm: true });
    await producer.send(message('before'));
    proxy.holdResponses();
    const sending = producer.send(message('cut off'));
    proxy.cut();
    proxy.restore();
    await expect(sending).rejects.toThrow('before RabbitMQ confirmed');
    await producer.send(message('after'));
    expect(await stored()).toContain('after');
  });

  it('rejects without a connection after a while, with the reason', async () => {
    const producer = open({ url: 'amqp://127.0.0.1:1', connectTimeout: 200 }).producer({ confirm: true });
    const error = await until('it has tried to connect', async () => {
      const reason = await producer.send(message('nowhere to go')).catch((failure) => failure);
      return reason.cause && reason;
    });
    expect(error.message).toBe('not connected to RabbitMQ within 200 ms');
    expect(error.cause.message).toContain('ECONNREFUSED');
  });

  it('rejects while the broker blocks publishers for lack of memory or disk', async () => {
    const producer = client.producer({ confirm: true });
    await producer.send(message('before'));
    proxy.respond(connectionBlocked('low on memory'));
    const isBlocked = () =>
      producer.send(message('meanwhile')).then(
        () => false,
        ({ message: why }) => why,
      );
    expect(await until('it is blocked', isBlocked)).toBe('RabbitMQ takes no messages: low on memory');
    proxy.respond(CONNECTION_UNBLOCKED);
    await until('it is over', () => producer.send(message('after')).then(() => true));
    expect(await stored()).toContain('after');
  });

  it('has everything confirmed when it is closed', async () => {
    const producer = client.producer({ confirm: true });
    const sending = Array.from({ length: 500 }, (_, n) => producer.send(message(String(n))));
    await producer.close();
    await Promise.all(sending);
    expect(await stored()).toHaveLength(500);
  });
});

describe('a producer without confirms', () => {
  it('reports a mandatory message that found no queue', async () => {
    const returned: string[] = [];
    const producer = client.producer({ confirm: false, onReturned: ({ body }) => returned.push(String(body)) });
    await producer.send(message('lost', 'nowhere'));
    await until('it came back', () => returned.includes('lost'));
  });

  it('buffers no more than its bound while the socket takes nothing, and sends all of it later in order', async () => {
    const deaf = await deafProxy(vhost.url);
    const toDeaf = open({ url: deaf.url });
    const producer = toDeaf.producer({ confirm: false });
    await producer.send(message('first'));
    await until('it is there', async () => (await queues.count(queue)) === 1);
    deaf.pause();
    let taken = 0;
    const body = Buffer.alloc(20_000);
    const sending = Array.from({ length: 2_000 }, (_, n) =>
      producer.send({ ...message(String(n)), body }).then(() => {
        taken++;
      }),
    );
    await until('the buffer is full', () => taken > 0);
    await new Promise(setImmediate);
    expect(taken).toBeLessThan(1_000);
    deaf.resume();
    await Promise.all(sending);
    await until('all are there', async () => (await queues.count(queue)) === 2_001);
    const ids = (await queues.takeAll(queue)).map(({ properties }) => properties.messageId);
    expect(ids).toEqual(['first', ...Array.from({ length: 2_000 }, (_, n) => String(n))]);
    await producer.close();
    deaf.close();
  });
});

describe('a reader', () => {
  const sendAll = async (...texts: string[]) => {
    const producer = client.producer({ confirm: true });
    await Promise.all(texts.map((text) => producer.send(message(text))));
  };

  it('continues after its connection broke; what was in flight is settled on no other channel and is redelivered', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { received, redelivered } = read({}, async (text) => {
      if (text === 'in flight') await released;
      return 'ack';
    });
    await sendAll('in flight');
    await until('it came', () => received.length === 1);
    proxy.cut();
    proxy.restore();
    await until('the client is connected', () => client.isConnected);
    expect(redelivered).toEqual([]); // its handling has not ended
    release();
    await until('it came again', () => redelivered.length === 1);
    await sendAll('next');
    await until('the next came', () => received.includes('next'));
    expect(await queues.count(queue)).toBe(0);
  });

  it('continues after RabbitMQ closed its channel', async () => {
    const interrupted: string[] = [];
    /** The second acknowledgement is of a message that the broker no longer knows. */
    const twice = {
      // biome-ignore lint/suspicious/noThenProperty: a promise settles once only
      then(settle: (settlement: Settlement) => void) {
        settle('ack');
        settle('ack');
      },
    };
    const options = { onInterrupted: () => interrupted.push('once') };
    const { received } = read(options, (text) => (text === 'wrong' ? (twice as never) : Promise.resolve('ack')));
    await sendAll('wrong');
    await until('the channel was closed', () => interrupted.length === 1);
    await sendAll('next');
    await until('the next came', () => received.includes('next'));
  });

  it('continues after its queue was deleted, and declares it again', async () => {
    const { received, reader } = read({ declare: () => declare() });
    await reader.whenReading();
    await queues.delete(queue);
    await until('it stopped', () => !reader.queue);
    await until('it is read again', () => reader.queue === queue);
    await sendAll('next');
    await until('the next came', () => received.includes('next'));
  });

  it('waits for a queue that another client declares', async () => {
    const name = `${queue}-later`;
    const { reader } = read({ queue: name });
    queue = name;
    await declare();
    expect(await reader.whenReading()).toBe(name);
  });

  it('has a queue of its own when it names none, with another name after each connection', async () => {
    const { reader } = read({ queue: undefined, prefetch: undefined } as never);
    const first = await reader.whenReading();
    expect(first).toMatch(/^amq\.gen-/);
    proxy.cut();
    proxy.restore();
    await until('it has another', () => reader.queue && reader.queue !== first);
    await until('the first is gone', async () => !(await queues.exists(first)));
  });

  it('receives no more when it is closed, and settles what is in flight', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { received, reader } = read({ prefetch: 1 }, async () => {
      await released;
      return 'ack';
    });
    await sendAll('in flight', 'left');
    await until('one came', () => received.length === 1);
    const closing = reader.close();
    release();
    await closing;
    expect(received).toEqual(['in flight']);
    await until('the other is there', async () => (await queues.count(queue)) === 1);
    expect(await stored()).toEqual(['left']);
  });
});

describe('a broker that is paused', () => {
  it('is disconnected when its heartbeats stop, and reconnected when it resumes', async () => {
    const patient = open({ heartbeat: 1, connectTimeout: 500 });
    await until('it is connected', () => patient.isConnected);
    proxy.holdEverything();
    await until('it is disconnected', () => !patient.isConnected);
    proxy.restore();
    await until('it is connected again', () => patient.isConnected);
  });

  it('does not block closing', async () => {
    const producer = client.producer({ confirm: true });
    await producer.send(message('before'));
    const { reader } = read();
    await reader.whenReading();
    proxy.holdEverything();
    const lost = producer.send(message('lost')).catch(() => 'lost');
    const started = performance.now();
    await Promise.all([producer.close(), reader.close()]);
    await client.close();
    expect(performance.now() - started).toBeLessThan(8_000);
    expect(await lost).toBe('lost');
  });
});

/** connection.blocked and connection.unblocked as frames of channel 0. */
const frame = (method: number, reason: Buffer) => {
  const payload = Buffer.concat([Buffer.from([0, 10, 0, method]), reason]);
  const header = Buffer.from([1, 0, 0, 0, 0, 0, payload.length]);
  return Buffer.concat([header, payload, Buffer.from([0xce])]);
};
const connectionBlocked = (reason: string) => frame(60, Buffer.from([reason.length, ...Buffer.from(reason)]));
const CONNECTION_UNBLOCKED = frame(61, Buffer.alloc(0));

/** A way to the broker that can stop reading, so that the client's socket fills up. */
async function deafProxy(url: string) {
  const { hostname, port } = new URL(url);
  const clients: Socket[] = [];
  const server = createServer((socket) => {
    clients.push(socket);
    const broker = connect(Number(port), hostname);
    socket.on('error', () => broker.destroy()).on('data', (bytes) => broker.write(bytes));
    broker.on('error', () => socket.destroy()).on('data', (bytes) => socket.write(bytes));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const deaf = new URL(url);
  deaf.port = String((server.address() as AddressInfo).port);
  return {
    url: deaf.href,
    pause: () => clients.map((socket) => socket.pause()),
    resume: () => clients.map((socket) => socket.resume()),
    close: () => server.close(),
  };
}
