import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type RunningNats, startNats, TcpProxy, until } from '@waybill/testing';
import { z } from 'zod';
import { RequestReply } from '../calls/index.js';
import { defineQueue, defineReply, defineTask } from '../contract/index.js';
import { declareQueues, isFirstDelivery, type RabbitDelivery, retryQueueOf } from '../rabbitmq/index.js';
import { startResponder } from '../test/responder.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { NatsQueueClient } from './nats-queue-client.js';
import { queueStreamOf } from './nats-queues.js';

const TIER = 2_000;

let server: RunningNats;
let proxy: TcpProxy;
let direct: NatsQueueClient;
let client: NatsQueueClient;
let queue: string;
let count = 0;

beforeAll(async () => {
  server = await startNats();
  proxy = await TcpProxy.to({ host: '127.0.0.1', port: server.port });
  direct = open(server.port);
});
beforeEach(async () => {
  client = open(proxy.port);
  queue = `tasks.${++count}`;
  await declare();
});
afterEach(async () => {
  proxy.restore();
  await client.close();
});
afterAll(async () => {
  await direct.close();
  await proxy.close();
  await server.stop();
});

const open = (port: number) => new NatsQueueClient({ url: `nats://127.0.0.1:${port}`, name: 'test', logger: quiet });
const declare = () => declareQueues(direct, [defineQueue({ name: queue, retryTiers: [TIER] })]);

async function send(text: string, to = queue): Promise<void> {
  const producer = direct.producer({ confirm: true });
  await producer.send({ queue: to, body: Buffer.from(text), properties: { messageId: text } });
  await producer.close();
}

const textOf = ({ body, redelivered }: RabbitDelivery) => `${body}${redelivered ? ' again' : ''}`;

it('keeps a message that is handled for longer than the server waits for its acknowledgement', async () => {
  const [seen, done]: string[][] = [[], []];
  const onMessage = async (delivery: RabbitDelivery) => {
    seen!.push(textOf(delivery));
    await new Promise((resolve) => setTimeout(resolve, 12_000)); // what is tested takes this long
    done!.push(textOf(delivery));
    return 'ack' as const;
  };
  const readers = [client, direct].map((each) => each.reader({ queue, prefetch: 1, onMessage }));
  await send('slow');
  await until('it is handled', () => done!.length > 0);
  expect(seen).toEqual(['slow']);
  await Promise.all(readers.map((reader) => reader.close()));
});

it('gives what a lost reader had to another one, as redelivered, within seconds', async () => {
  const seen: string[] = [];
  const { promise: handled, resolve: release } = Promise.withResolvers<'ack'>();
  const lost = client.reader({ queue, prefetch: 1, onMessage: () => handled });
  await lost.whenReading();
  await send('1');
  await until('it is in flight', async () => {
    const { num_ack_pending } = await consumerInfo();
    return num_ack_pending === 1;
  });
  proxy.cut();
  const reader = direct.reader({
    queue,
    prefetch: 1,
    onMessage: async (delivery) => {
      seen.push(textOf(delivery));
      return 'ack' as const;
    },
  });
  await until('another one gets it', () => seen.length === 1, { within: '20s' });
  expect(seen).toEqual(['1 again']);
  release('ack');
  await Promise.all([lost.close(), reader.close()]);
});

it('delays what is in a retry tier, also when the server is killed meanwhile', async () => {
  const before = Date.now();
  await send('later', retryQueueOf(queue, TIER));
  const seen: (RabbitDelivery & { at: number })[] = [];
  const reader = direct.reader({
    queue,
    prefetch: 1,
    onMessage: async (delivery) => {
      seen.push({ ...delivery, at: Date.now() });
      return 'ack' as const;
    },
  });
  await reader.whenReading();
  await server.crash();
  await server.restart();
  await until('it comes', () => seen.length === 1, { within: '20s' });
  expect(seen[0]!.at - before).toBeGreaterThanOrEqual(TIER);
  expect([String(seen[0]!.body), isFirstDelivery(seen[0]!)]).toEqual(['later', false]);
  await reader.close();
});

it('continues after its queue was deleted, and declares it again', async () => {
  const seen: string[] = [];
  const onMessage = async (delivery: RabbitDelivery) => {
    seen.push(textOf(delivery));
    return 'ack' as const;
  };
  const reader = client.reader({ queue, prefetch: 5, declare, onMessage });
  await reader.whenReading();
  await withManager((manager) => manager.streams.delete(queueStreamOf(queue)));
  await until('it is there again', () => send('1').then(() => true));
  await until('it is read', () => seen.length > 0);
  await reader.close();
});

it('carries a request and its reply; a request that nobody reads fails at once', async () => {
  const questions = defineQueue({ name: queue });
  const schema = z.object({ about: z.string() });
  const subject = ({ about }: { about: string }) => about;
  const Answered = defineReply({ type: 'test.Answered.v1', queue: questions, subject, schema });
  const Ask = defineTask({ type: 'test.Ask.v1', queue: questions, subject, schema, reply: Answered });
  const nowhere = defineQueue({ name: 'nowhere' });
  const AskNobody = defineTask({ type: 'test.AskNobody.v1', queue: nowhere, subject, schema, reply: Answered });
  const responder = startResponder(direct, Ask, ({ about }, { reply }) => reply({ about: `${about} ✓` }));
  const asker = new RequestReply({ publishing: client, consuming: client, source: '/asker' });
  expect(await asker.request(Ask, { about: 'x' })).toEqual({ about: 'x ✓' });
  await expect(asker.request(AskNobody, { about: 'x' }, { timeout: 60_000 })).rejects.toThrow('no queue nowhere');
  proxy.cut();
  await expect(asker.request(Ask, { about: 'x' }, { timeout: 2_000 })).rejects.toThrow();
  proxy.restore();
  await until('it gets replies again', async () => (await asker.request(Ask, { about: 'y' })).about === 'y ✓');
  await asker.close();
  await responder.stop();
});

it('returns what goes to an exclusive queue that has ended with its connection', async () => {
  const reader = client.reader({ onMessage: () => undefined });
  const name = await reader.whenReading();
  await send('1', name);
  await reader.close();
  await expect(send('2', name)).rejects.toMatchObject({ code: 'RETURNED' });
});

const consumerInfo = () => withManager((manager) => manager.consumers.info(queueStreamOf(queue), 'readers'));

async function withManager<T>(use: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: server.url });
  try {
    return await use(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}
