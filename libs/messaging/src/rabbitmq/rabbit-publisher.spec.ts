import type { OutboxMessage } from '@waybill/outbox';
import { freshVhost, type QueueMessage, RabbitQueues, TcpProxy, until } from '@waybill/testing';
import { register } from 'prom-client';
import { defineQueue } from '../contract/index.js';
import { failureHeaders } from '../outcomes/index.js';
import { keepsPublisherPromises, type OpenBroker, type StoredMessage } from '../test/publisher-conformance.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { AmqplibClient } from './amqplib-client.js';
import { fromDelivery } from './rabbit-envelope.js';
import { RabbitPublisher } from './rabbit-publisher.js';
import { declareQueues } from './rabbit-topology.js';

const ROOM = 100_000;

function toStored(delivery: QueueMessage, queue: string): StoredMessage {
  const { id, key, headers, bytes } = fromDelivery(delivery, queue);
  return { id, key, headers: { ...headers, 'content-type': delivery.properties.contentType }, body: bytes };
}

interface OpenRabbit extends OpenBroker {
  /** Past the proxy. */
  url: string;
  direct: AmqplibClient;
  declare(queue: string, maxLength?: number): Promise<void>;
}

/** A virtual host of its own, behind a proxy. */
async function openRabbit(): Promise<OpenRabbit> {
  const vhost = await freshVhost();
  const { hostname, port } = new URL(vhost.url);
  const proxy = await TcpProxy.to({ host: hostname, port: Number(port) });
  const direct = new AmqplibClient({ url: vhost.url, name: 'direct', logger: quiet });
  const queues = await RabbitQueues.connect(vhost.url);
  const taken = new Map<string, StoredMessage[]>();
  let count = 0;

  const newName = () => `queue${++count}`;
  const declare = (name: string, maxLength = ROOM) => declareQueues(direct, [defineQueue({ name, maxLength })]);
  const stored = async (queue: string) => {
    const messages = taken.get(queue) ?? [];
    taken.set(queue, messages);
    messages.push(...(await queues.takeAll(queue)).map((message) => toStored(message, queue)));
    return messages;
  };
  const fill = async (queue: string) => {
    const producer = direct.producer({ confirm: true });
    const isRejected = () =>
      producer.send({ queue, body: Buffer.from('filling'), properties: {} }).then(
        () => false,
        () => true,
      );
    await until('the queue is full', isRejected);
    await producer.close();
  };
  return {
    proxy,
    url: vhost.url,
    direct,
    declare,
    publisher() {
      const url = new URL(vhost.url);
      url.port = `${proxy.port}`;
      const connection = new AmqplibClient({ url: url.href, name: 'test', logger: quiet });
      const publisher = new RabbitPublisher(connection);
      return {
        publish: (messages) => publisher.publish(messages),
        close: () => connection.close(),
      };
    },
    async destination() {
      const name = newName();
      await declare(name);
      return name;
    },
    async blocked(because) {
      const name = newName();
      if (because === 'missing') return { name, release: () => declare(name) };
      await declare(name, 10);
      await fill(name);
      return { name, release: async () => void (await stored(name)) };
    },
    stored,
    async close() {
      await Promise.all([direct.close(), queues.close()]);
      await vhost.drop();
      await proxy.close();
    },
  };
}

const message = (changes: Partial<OutboxMessage>): OutboxMessage => ({
  id: crypto.randomUUID(),
  target: 'rabbitmq',
  destination: 'orders',
  key: null,
  headers: {},
  body: Buffer.from('{}'),
  ...changes,
});

async function droppedReplies(type: string): Promise<number> {
  const { values } = await register.getSingleMetric('waybill_replies_dropped_total')!.get();
  return values.find(({ labels }) => labels.type === type)?.value ?? 0;
}

keepsPublisherPromises('amqplib', {
  target: 'rabbitmq',
  promises: {
    storesKeys: false,
    partitionsAsJava: false,
    deduplicationWindow: 0,
    tooLarge: 134_217_729,
    blocks: ['missing'],
    rejectsWhenFull: true,
  },
  open: openRabbit,
});

describe('RabbitPublisher', () => {
  let rabbit: OpenRabbit;
  let publisher: ReturnType<OpenBroker['publisher']>;
  beforeAll(async () => {
    rabbit = await openRabbit();
    publisher = rabbit.publisher();
  });
  afterAll(async () => {
    await publisher.close();
    await rabbit.close();
  });

  it('publishes no later message of a key before the one that a full queue rejected', async () => {
    const destination = 'nearly-full';
    await rabbit.declare(destination, 20);
    const arrived = new Set<string>();
    const reader = rabbit.direct.reader({
      queue: destination,
      prefetch: 10,
      async onMessage({ properties }) {
        arrived.add(properties.messageId!);
        return 'ack' as const;
      },
    });
    const messages = Array.from({ length: 2_500 }, (_, n) => message({ destination, key: `k${n % 25}` }));
    let waiting = messages;
    while (waiting.length > 0) {
      const outcomes = await publisher.publish(waiting);
      waiting = waiting.filter((_, n) => outcomes[n]!.status !== 'published');
    }
    await until('all have arrived', () => arrived.size === messages.length);
    await reader.close();
    for (const ofKey of Map.groupBy(messages, ({ key }) => key).values()) {
      const ids = new Set(ofKey.map(({ id }) => id));
      expect([...arrived].filter((id) => ids.has(id))).toEqual([...ids]);
    }
  });

  it("drops and counts a reply whose requester's queue is gone for a minute, and lets every other message wait", async () => {
    const sent = (ms: number, replyTo: string, correlationId = 'c') =>
      message({
        destination: 'gone',
        headers: {
          'cloudEvents:type': 'test.Gone.v1',
          'cloudEvents:time': new Date(Date.now() - ms).toISOString(),
          'reply-to': replyTo,
          'correlation-id': correlationId,
        },
      });
    const before = await droppedReplies('test.Gone.v1');
    const outcomes = await publisher.publish([sent(61_000, 'gone'), sent(30_000, 'gone'), sent(61_000, 'elsewhere')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['published', 'blocked', 'blocked']);
    expect(await droppedReplies('test.Gone.v1')).toBe(before + 1);
  });

  it('rejects headers that do not fit in a frame, and publishes the rest', async () => {
    const destination = await rabbit.destination();
    const huge = message({ destination, headers: { 'x-stack': 'x'.repeat(200_000) } });
    const outcomes = await publisher.publish([message({ destination }), huge, message({ destination })]);
    expect(outcomes.map(({ status }) => status)).toEqual(['published', 'rejected', 'published']);
  });

  it('carries an id, a type and a correlation id that are longer than an AMQP property', async () => {
    const destination = await rabbit.destination();
    const long = { id: 'i'.repeat(1_000), type: 't'.repeat(256), correlation: 'ü'.repeat(128) };
    const headers = { 'cloudEvents:id': long.id, 'cloudEvents:type': long.type, 'correlation-id': long.correlation };
    const sent = { ...message({ destination }), id: long.id, headers };
    expect(await publisher.publish([sent])).toEqual([{ status: 'published' }]);
    const [stored] = await rabbit.stored(destination);
    expect(stored).toMatchObject({ id: long.id, headers });
  });

  it('has room for the headers of any dead letter', async () => {
    const failure = { error: '✗'.repeat(10_000), stack: '✗'.repeat(10_000), class: 'transient', attempts: 4 } as const;
    const times = { firstFailedAt: '2026-01-01T00:00:00Z', lastFailedAt: '2026-01-01T00:00:00Z' };
    const headers = failureHeaders({ source: 'orders', consumer: 'order', ...failure, ...times });
    const destination = await rabbit.destination();
    expect(await publisher.publish([message({ destination, headers })])).toEqual([{ status: 'published' }]);
  });
});
