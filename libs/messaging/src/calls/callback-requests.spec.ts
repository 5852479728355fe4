import { OutboxRelay } from '@waybill/outbox';
import { type FreshVhost, freshVhost, RabbitQueues, until } from '@waybill/testing';
import { register } from 'prom-client';
import { z } from 'zod';
import { defineQueue, defineReply, defineTask } from '../contract/index.js';
import type { Handler } from '../handling/index.js';
import { AmqplibClient, declareQueues, RabbitPublisher } from '../rabbitmq/index.js';
import { type Responder, startResponder } from '../test/responder.fixture.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import { CallbackRequests } from './callback-requests.js';
import { MessageOutbox } from './message-outbox.js';

const work = defineQueue({ name: 'work' });
const answers = defineQueue({ name: 'answers' });
const schema = z.object({ what: z.string() });
const subject = ({ what }: { what: string }) => what;
const Worked = defineReply({ type: 'test.Worked.v1', queue: answers, subject, schema });
const Work = defineTask({ type: 'test.Work.v1', queue: work, subject, schema, reply: Worked });

let vhost: FreshVhost;
let connection: AmqplibClient;
let queues: RabbitQueues;
let database: Awaited<ReturnType<typeof consumerDatabase>>;
let relay: OutboxRelay;
let worker: Responder | undefined;
let listener: Responder | undefined;
let publisher: RabbitPublisher;
const outbox = new MessageOutbox({ source: '/requester' });
let requests: CallbackRequests<typeof Work.schema, typeof Worked, { order: number }>;
let onTimeout: (order: number) => void;

beforeAll(async () => {
  vhost = await freshVhost();
  connection = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  queues = await RabbitQueues.connect(vhost.url);
  await declareQueues(connection, [work, answers]);
  database = await consumerDatabase();
  publisher = new RabbitPublisher(connection);
  relay = new OutboxRelay({ connectionString: database.url, targets: { rabbitmq: publisher }, logger: quiet });
  await relay.start();
});

beforeEach(() => {
  onTimeout = () => {};
  requests = new CallbackRequests<typeof Work.schema, typeof Worked, { order: number }>({
    database,
    outbox,
    task: Work,
    logger: quiet,
    onReply: ({ what }, { order }, { tx }) => effect(tx, `order ${order}: ${what}`),
    onTimeout: async ({ order }, { tx }) => {
      onTimeout(order);
      await effect(tx, `order ${order}: no reply`);
    },
  });
});

afterEach(async () => {
  await Promise.all([worker?.stop(), listener?.stop()]);
  worker = listener = undefined;
});

afterAll(async () => {
  await relay.stop();
  await publisher.close();
  await Promise.all([connection.close(), queues.close()]);
  await database.drop();
  await vhost.drop();
});

const works: Handler<typeof Work>['handle'] = ({ what }, { reply }) => reply({ what: `${what} is done` });
const startWorker = (handle = works) => {
  worker = startResponder(connection, Work, handle, { database });
};
/** Any process of the requester's service. */
const startListener = () => {
  listener = startResponder(
    connection,
    Worked as never,
    (reply, context) => requests.receive(reply as never, context),
    {
      database,
    },
  );
};
const request = (order: number, what: string, timeout = 60_000) =>
  database.transaction((tx) => requests.request(tx, { what }, { timeout, about: { order } }));
const untilEffect = (what: string) => until(what, async () => (await effects(database)).includes(what));
const effectsOf = async (order: number) =>
  (await effects(database)).filter((what) => what.startsWith(`order ${order}:`));
const dropped = async () => {
  const metric = await register.getSingleMetric('waybill_replies_dropped_total')?.get();
  return metric?.values.find(({ labels }) => labels.type === Worked.type)?.value ?? 0;
};

describe('a request with a callback', () => {
  it('calls back with the reply and its `about`, also when all processes were down in between', async () => {
    await request(1, 'painting');
    startWorker();
    await until('the reply waits', async () => {
      return (await queues.count(answers.name)) === 1;
    });
    await worker?.stop();
    startListener();
    await untilEffect('order 1: painting is done');
  });

  it('is not sent when the transaction rolls back', async () => {
    const failing = database.transaction(async (tx) => {
      await requests.request(tx, { what: 'nothing' }, { timeout: 1_000, about: { order: 2 } });
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(
      (await database.pool.query("SELECT FROM waybill.pending_requests WHERE about->>'order' = '2'")).rowCount,
    ).toBe(0);
    expect((await database.pool.query("SELECT FROM waybill.outbox WHERE body LIKE '%nothing%'")).rowCount).toBe(0);
  });

  it('ends once when two replies come', async () => {
    startWorker(async ({ what }, { reply }) => {
      await reply({ what: `${what} once` });
      await reply({ what: `${what} twice` });
    });
    const before = await dropped();
    startListener();
    await request(3, 'answered');
    await until('the second reply is counted', async () => (await dropped()) === before + 1);
    expect(await effectsOf(3)).toHaveLength(1);
  });

  it('without a reply in time ends with its timeout, and the late reply is dropped and counted', async () => {
    startListener();
    const before = await dropped();
    await request(4, 'late', 0);
    await requests.expire();
    expect(await effectsOf(4)).toEqual(['order 4: no reply']);

    startWorker();
    await until('the late reply is counted', async () => (await dropped()) === before + 1);
    expect(await effectsOf(4)).toEqual(['order 4: no reply']);
  });

  it('ends once when many processes expire requests concurrently', async () => {
    for (let order = 100; order < 110; order++) await request(order, 'no worker', 0);
    await Promise.all(Array.from({ length: 5 }, () => requests.expire()));
    for (let order = 100; order < 110; order++) expect(await effectsOf(order)).toEqual([`order ${order}: no reply`]);
  });

  it('whose timeout callback fails is retried, and the others are not delayed', async () => {
    await request(5, 'failing', 0);
    await request(6, 'behind it', 0);
    onTimeout = (order) => {
      if (order === 5) throw new Error('a blip');
    };
    await expect(requests.expire()).rejects.toThrow('a blip');
    await requests.expire();
    expect(await effectsOf(6)).toEqual(['order 6: no reply']);
    expect(await effectsOf(5)).toEqual([]);

    onTimeout = () => {};
    await database.pool.query('UPDATE waybill.pending_requests SET deadline = now()');
    await requests.expire();
    expect(await effectsOf(5)).toEqual(['order 5: no reply']);
  });

  it('expires by itself after start()', async () => {
    const early = new CallbackRequests<typeof Work.schema, typeof Worked, { order: number }>({
      database,
      outbox,
      task: Work,
      logger: quiet,
      interval: 20,
      onReply: async () => {},
      onTimeout: ({ order }, { tx }) => effect(tx, `order ${order}: by itself`),
    });
    early.start();
    await request(7, 'forgotten', 50);
    await untilEffect('order 7: by itself');
    await early.stop();
  });
});
