import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type RunningSqs, startSqs, TcpProxy, until } from '@waybill/testing';
import type { QueueReaderOptions, RabbitDelivery, RabbitMessage, Settlement } from '../rabbitmq/index.js';
import { CREDENTIALS, optionsFor, SqsPeer } from '../test/sqs-peer.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { SqsClient } from './sqs-client.js';
import type { SqsSettings } from './sqs-settings.js';

/** The most that SQS takes. */
const MIB = 1024 * 1024;

let server: RunningSqs;
let proxy: TcpProxy;
let queues: SqsPeer;
let client: SqsClient;
let queue: string;
let count = 0;
const opened: SqsClient[] = [];

/** By way of the proxy. */
function open(settings: Partial<SqsSettings> = {}): SqsClient {
  const next = new SqsClient({ ...optionsFor(server, proxy), name: 'test', logger: quiet, ...settings });
  opened.push(next);
  return next;
}

beforeAll(async () => {
  server = await startSqs();
  const { hostname: host, port } = new URL(server.endpoint);
  proxy = await TcpProxy.to({ host, port: Number(port) });
  queues = new SqsPeer(server);
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
  queues.close();
  await proxy.close();
  await server.stop();
});

const declare = () => client.declareQueues([{ name: queue, arguments: { 'x-queue-type': 'quorum' } }]);
const message = (text: string, changes: Partial<RabbitMessage> = {}): RabbitMessage => ({
  queue,
  body: Buffer.from(text),
  properties: { messageId: text, mandatory: true, persistent: true },
  ...changes,
});
const stored = async () => (await queues.takeAll(queue)).map(({ body }) => String(body));

/** A reader that remembers what came. */
function read(
  options: Partial<QueueReaderOptions> = {},
  settle: (text: string) => Promise<Settlement> = async () => 'ack',
  by = client,
) {
  const received: string[] = [];
  const redelivered: string[] = [];
  const onMessage = (delivery: RabbitDelivery) => {
    const text = String(delivery.body);
    (delivery.redelivered ? redelivered : received).push(text);
    return settle(text);
  };
  return { received, redelivered, reader: by.reader({ queue, prefetch: 10, onMessage, ...options }) };
}

const outcomesOf = (sending: Promise<void>[]) =>
  Promise.all(
    sending.map((each) =>
      each.then(
        () => 'stored',
        ({ code }) => code,
      ),
    ),
  );

describe('declaring queues', () => {
  it('changes nothing when they exist, and rejects with the difference when one has other attributes', async () => {
    await declare();
    const QueueName = `${queue}-slow`;
    await queues.sqs.createQueue({ QueueName, Attributes: { DelaySeconds: '5' } });
    const declaring = client.declareQueues([{ name: QueueName, arguments: {} }]);
    await expect(declaring).rejects.toThrow(
      `the queue ${QueueName} exists with other attributes (DelaySeconds is 5, not 0); change or delete it`,
    );
  });

  it('rejects a name that SQS cannot have', async () => {
    const declaring = client.declareQueues([{ name: 'two..dots', arguments: {} }]);
    await expect(declaring).rejects.toThrow("'two..dots' cannot be a queue");
  });
});

describe('a producer with confirms', () => {
  it('settles each send with its own verdict: stored, no such queue, too large', async () => {
    const producer = client.producer({ confirm: true });
    const sending = [
      message('before'),
      message('nobody', { queue: 'nowhere' }),
      message('large', { body: Buffer.alloc(MIB + 1, 'x') }),
      message('after'),
    ].map((each) => producer.send(each));
    expect(await outcomesOf(sending)).toEqual(['stored', 'RETURNED', 'TOO_LARGE', 'stored']);
    expect(await stored()).toEqual(['before', 'after']);
  });

  it('finds a queue that was deleted and declared again', async () => {
    const producer = client.producer({ confirm: true });
    await producer.send(message('before'));
    await queues.delete(queue);
    expect(await outcomesOf([producer.send(message('meanwhile'))])).toEqual(['RETURNED']);
    await declare();
    await producer.send(message('after'));
    expect(await stored()).toEqual(['after']);
  });

  it('keeps properties and headers of every type, and a body of any bytes', async () => {
    const properties = {
      messageId: 'id',
      type: 'test.Type.v1',
      correlationId: 'ü'.repeat(200),
      replyTo: 'replies',
      contentType: 'text/plain',
      timestamp: 1_800_000_000,
      headers: {
        text: '„not“ ASCII \u0000 \uFFFF',
        bytes: Buffer.from([0, 255]),
        number: 1.5,
        table: { list: [1, 'a'] },
      },
    };
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    await client.producer({ confirm: true }).send({ queue, body, properties: { ...properties, mandatory: true } });
    const [delivery] = await queues.takeAll(queue);
    expect(delivery).toMatchObject({ body, properties });
  });

  it('rejects when the server is unavailable, with a code that says so, and connects by itself later', async () => {
    const producer = client.producer({ confirm: true });
    await producer.send(message('before'));
    proxy.cut();
    await expect(producer.send(message('meanwhile'))).rejects.toMatchObject({ code: expect.stringMatching(/^ECONN/) });
    expect(client.isConnected).toBe(false);
    proxy.restore();
    await until('it is connected', () => client.isConnected);
    await producer.send(message('after'));
    expect(await stored()).toContain('after');
  });

  it('has everything confirmed when it is closed', async () => {
    const producer = client.producer({ confirm: true });
    const sending = Array.from({ length: 200 }, (_, n) => producer.send(message(String(n))));
    await producer.close();
    await Promise.all(sending);
    expect(await stored()).toHaveLength(200);
  });
});

describe('a queue for retries', () => {
  const retry = (ms: number, by = client) => {
    const tier = `${queue}.retry.${ms}ms`;
    const declaration = { 'x-message-ttl': ms, 'x-dead-letter-routing-key': queue };
    return by.declareQueues([{ name: tier, arguments: declaration }]).then(() => tier);
  };

  it('is a delay on the way to its target, of whole seconds, and marks what comes back', async () => {
    const tier = await retry(1_200);
    const sent = performance.now();
    await client.producer({ confirm: true }).send(message('again', { queue: tier }));
    expect(await queues.exists(tier)).toBe(false);
    const delivery = await until('it came back', () => queues.take(queue));
    expect(performance.now() - sent).toBeGreaterThan(1_900);
    expect(delivery.properties.headers).toMatchObject({ 'x-death': [{ queue: tier }] });
  });

  it('may be longer than the 15 minutes of SQS', async () => {
    const tier = await retry(3_600_000);
    await client.producer({ confirm: true }).send(message('later', { queue: tier }));
    expect((await queues.attributes(queue)).ApproximateNumberOfMessagesDelayed).toBe('1');
  });

  it('of a FIFO queue, which has no delays, is one that the reader keeps', async () => {
    const fifo = open({ fifo: true });
    await fifo.declareQueues([{ name: queue, arguments: {} }]);
    const tier = await retry(2_000, fifo);
    const { received } = read({}, undefined, fifo);
    const producer = fifo.producer({ confirm: true });
    const sent = performance.now();
    await producer.send(message('again', { queue: tier, key: 'a' }));
    await producer.send(message('other', { key: 'b' }));
    await until('the other came', () => received.includes('other'));
    await until('it came back', () => received.includes('again'));
    expect(performance.now() - sent).toBeGreaterThan(2_000);
  });
});

describe('a producer without confirms', () => {
  it('reports a message that found no queue', async () => {
    const returned: string[] = [];
    const producer = client.producer({ confirm: false, onReturned: ({ body }) => returned.push(String(body)) });
    await producer.send(message('lost', { queue: 'nowhere' }));
    await until('it came back', () => returned.includes('lost'));
  });

  it('rejects when there is no server to hand it to', async () => {
    const nowhere = open({ endpoint: 'http://127.0.0.1:1', connectTimeout: 200 });
    const producer = nowhere.producer({ confirm: false });
    const error = await until('it has tried to connect', async () => {
      const reason = await producer.send(message('lost')).catch((failure) => failure);
      return reason.cause && reason;
    });
    expect(error.message).toBe('not connected to SQS within 200 ms');
    expect(error.cause.code).toMatch(/^ECONN/);
  });
});

describe('a reader', () => {
  const sendAll = async (...texts: string[]) => {
    const producer = client.producer({ confirm: true });
    await Promise.all(texts.map((text) => producer.send(message(text))));
  };

  it('gets what it requeues again at once, not when its visibility timeout ends', async () => {
    const { redelivered } = read({}, async () => (redelivered.length < 20 ? 'requeue' : 'ack'));
    await sendAll('often');
    await until('it came again and again', () => redelivered.length === 20, { within: '5s' });
  });

  it('keeps a message for as long as it is handled, beyond its visibility timeout', async () => {
    const quick = open({ visibilityTimeout: 2 });
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { received } = read({}, () => released.then(() => 'ack'), quick);
    await sendAll('slow');
    await until('it came', () => received.length === 1);
    const other = read({}, undefined, open({ visibilityTimeout: 2 }));
    const begun = performance.now();
    await until('twice the timeout is over', () => performance.now() - begun > 4_500);
    release();
    await until(
      'it is gone',
      async () => (await queues.attributes(queue)).ApproximateNumberOfMessagesNotVisible === '0',
    );
    expect([...other.received, ...other.redelivered]).toEqual([]);
  });

  it('waits for a server that was killed, and gets what was in flight again once it has ended', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const interrupted: string[] = [];
    const { received, redelivered, reader } = read({ onInterrupted: () => interrupted.push('once') }, (text) =>
      text === 'in flight' ? released.then(() => 'requeue') : Promise.resolve('ack'),
    );
    await sendAll('in flight');
    await until('it came', () => received.length === 1);
    await server.crash();
    await until('it reads nothing', () => reader.failure && interrupted.length > 0);
    await server.restart();
    await until('it reads again', () => reader.queue === queue);
    release();
    await until('it came again', () => redelivered.includes('in flight'));
    await sendAll('next');
    await until('the next came', () => received.includes('next'));
  });

  it('continues after its queue was deleted, and declares it again', async () => {
    const { received, reader } = read({ declare });
    await reader.whenReading();
    await queues.delete(queue);
    await until('it stopped', () => !reader.queue);
    await until('it is read again', () => reader.queue === queue);
    await sendAll('next');
    await until('the next came', () => received.includes('next'));
  });

  it('waits for a queue that another client declares', async () => {
    queue = `${queue}-later`;
    const { reader } = read();
    await until('it says why it waits', () => reader.failure?.message.includes(queue));
    await declare();
    expect(await reader.whenReading()).toBe(queue);
  });

  it('has a queue of its own when it names none, which ends with it', async () => {
    const { received, reader } = read({ queue: undefined, prefetch: undefined } as never);
    const own = await reader.whenReading();
    expect(own).toMatch(/^amq\.gen-/);
    await client.producer({ confirm: true }).send(message('reply', { queue: own }));
    await until('it came', () => received.includes('reply'));
    await reader.close();
    expect(await queues.exists(own)).toBe(false);
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
    const [left] = ['in flight', 'left'].filter((text) => !received.includes(text));
    expect(await stored()).toEqual([left]);
  });

  it('closes within seconds while the server is paused', async () => {
    const producer = client.producer({ confirm: true });
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

describe('FIFO queues', () => {
  let fifo: SqsClient;
  const sendInOrder = async (...messages: RabbitMessage[]) => {
    const producer = fifo.producer({ confirm: true });
    await Promise.all(messages.map((each) => producer.send(each)));
  };
  beforeEach(async () => {
    fifo = open({ fifo: true });
    await fifo.declareQueues([{ name: queue, arguments: {} }]);
  });

  it('deliver the messages of a key one after the other, also when one is requeued, and other keys meanwhile', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let requeued = false;
    const handled: string[] = [];
    await sendInOrder(...['a1', 'a2', 'a3', 'b1', 'b2'].map((text) => message(text, { key: text[0]! })));
    read(
      {},
      async (text) => {
        if (text === 'a1') await released;
        if (text === 'a2' && !requeued) {
          requeued = true;
          return 'requeue';
        }
        handled.push(text);
        return 'ack';
      },
      fifo,
    );
    await until('the other key is done', () => handled.includes('b2'));
    expect(handled).toEqual(['b1', 'b2']);
    release();
    await until('all are done', () => handled.length === 5);
    expect(handled).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']);
  });

  it('store what is sent twice once, but not a dead letter that is resubmitted', async () => {
    const resubmitted = { messageId: 'one', headers: { 'x-waybill-error': 'it failed' } };
    await sendInOrder(message('one'), message('one'), message('one', { properties: resubmitted }));
    const { received } = read({}, undefined, fifo);
    await sendInOrder(message('last'));
    await until('the last came', () => received.includes('last'));
    await until('it came twice', () => received.filter((text) => text === 'one').length === 2);
    expect(received).toHaveLength(3);
  });
});

describe('settings', () => {
  /** Without any of AWS's own. */
  async function errorOf(settings: Partial<SqsSettings>): Promise<string> {
    const script = fileURLToPath(new URL('../test/sqs-check.fixture.js', import.meta.url));
    const env = { HOME: '/nonexistent', AWS_EC2_METADATA_DISABLED: 'true' };
    const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(settings)], { env });
    return stdout;
  }
  const endpoint = () => server.endpoint;

  it('that cannot be used are errors that say what to do', async () => {
    expect(await errorOf({ endpoint: endpoint() })).toContain('no region; set AWS_REGION');
    expect(await errorOf({ endpoint: endpoint(), region: 'eu-west-1' })).toContain(
      'no credentials; set AWS_ACCESS_KEY_ID',
    );
    expect(() => open({ endpoint: 'localhost:9324' })).toThrow("'localhost:9324' is no URL");
    expect(() => open({ visibilityTimeout: 0 })).toThrow('between 2 and 43,200 seconds');
    const unknown = { endpoint: 'http://sqs.invalid', region: 'eu-west-1', credentials: CREDENTIALS };
    expect(await errorOf(unknown)).toContain('no host has the name in http://sqs.invalid');
  });

  it('of a server that is unavailable are no error: it is waited for', async () => {
    expect(await errorOf({ endpoint: 'http://127.0.0.1:1', region: 'eu-west-1', credentials: CREDENTIALS })).toBe('');
    expect(await errorOf({ endpoint: endpoint(), region: 'eu-west-1', credentials: CREDENTIALS })).toBe('');
  });
});
