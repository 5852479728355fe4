import { until } from '@waybill/testing';
import { defineQueue } from '../contract/index.js';
import { declareQueues, type RabbitClient, retryQueueOf } from '../rabbitmq/index.js';
import { type OpenQueues, openNats, openRabbit, openSqs } from '../test/open-queues.fixture.js';
import { quiet } from '../test/workbench.fixture.js';
import { BacklogMonitor, type BacklogMonitorOptions } from './backlog-monitor.js';
import { measuredConsumers } from './measured-consumers.js';
import { backlogMetrics } from './metrics.js';

const TIER = 60_000;
const metrics = backlogMetrics();
const noEvents = { of: async () => [], close: async () => {} };
const noTasks = { depths: async () => new Map(), close: async () => {} };
const measured = (name: string) => {
  const queue = defineQueue({ name, retryTiers: [TIER] });
  return { queue, ...measuredConsumers({ consumers: { worker: { queues: [queue], topics: [] } } }) };
};

/** Messages, their age in seconds, and retries. */
async function shown(source: string, broker: string) {
  const gauges = await Promise.all([metrics.messages, metrics.seconds, metrics.retries].map((gauge) => gauge.get()));
  const isOf = (labels: Partial<Record<string, string | number>>) =>
    labels.source === source && (labels.broker ?? broker) === broker;
  return gauges.map(({ values }) => values.find(({ labels }) => isOf(labels))?.value);
}

describe.each([
  { broker: 'rabbitmq', open: openRabbit, knowsAges: true },
  { broker: 'nats', open: openNats, knowsAges: true },
  { broker: 'sqs', open: openSqs, knowsAges: false },
] as const)('the backlog of a queue of $broker', ({ broker, open, knowsAges }) => {
  const name = `tasks-of-${broker}`;
  const { queue, queues } = measured(name);
  let opened: OpenQueues;
  let client: RabbitClient;
  let monitor: BacklogMonitor;
  beforeAll(async () => {
    opened = await open();
    client = opened.connect();
    await declareQueues(client, [queue]);
    monitor = new BacklogMonitor({
      events: noEvents,
      groups: [],
      tasks: opened.depths([name, 'missing']),
      queues: [...queues, { name: 'missing', consumer: 'worker', retryQueues: [] }],
      brokers: { events: 'kafka', tasks: broker },
      logger: quiet,
      interval: 250,
    });
    monitor.start();
  });
  afterAll(async () => {
    await monitor.stop();
    await opened.close();
  });

  it('is what is ready and what is in flight, as old as the first of it, until it is acknowledged', async () => {
    const now = () => shown(name, broker);
    await until('the empty queue is shown', async () => (await now())[0] === 0);

    const producer = client.producer({ confirm: true });
    const send = (to: string) => producer.send({ queue: to, body: Buffer.from('{}'), properties: { mandatory: true } });
    await Promise.all([name, name, name, retryQueueOf(name, TIER)].map(send));
    const { promise: done, resolve: finish } = Promise.withResolvers<'ack'>();
    const hanging = client.reader({ queue: name, prefetch: 2, onMessage: () => done });
    await hanging.whenReading();
    await until('three wait, two of them in flight', async () => (await now())[0] === 3);
    if (knowsAges) await until('they grow old', async () => (await now())[1]! > 2);
    else expect((await now())[1]).toBeUndefined();
    await until('one waits for its next attempt', async () => (await now())[2] === 1);

    finish('ack');
    await until('nothing waits', async () => String((await now()).slice(0, 2)) === (knowsAges ? '0,0' : '0,'));
    expect(await shown('missing', broker)).toEqual([undefined, undefined, undefined]);
    await Promise.all([hanging.close(), producer.close()]);
  });
});

describe('a gauge whose source is unavailable', () => {
  const options = (changes: Partial<BacklogMonitorOptions>): BacklogMonitorOptions => ({
    events: noEvents,
    groups: [{ group: 'worker', topics: ['facts'] }],
    tasks: { ...noTasks, depths: async () => new Map([['tasks', { messages: 2, age: 7_000 }]]) },
    queues: measured('tasks').queues,
    logger: quiet,
    ...changes,
  });
  const events = {
    ...noEvents,
    of: async () => [
      { topic: 'facts', partition: 0, count: 3, oldest: Date.now() - 10_000 },
      { topic: 'facts', partition: 1, count: 1, oldest: Date.now() - 60_000 },
      { topic: 'facts', partition: 2, count: 0 },
    ],
  };

  it('disappears, and the others stay', async () => {
    await new BacklogMonitor(options({ events })).measure();
    expect(await shown('facts', 'kafka')).toEqual([4, expect.closeTo(60, 0), undefined]);
    expect(await shown('tasks', 'rabbitmq')).toEqual([2, 7, undefined]); // a retry queue is missing

    const lost = { ...events, of: () => Promise.reject(new Error('the broker is unavailable')) };
    await new BacklogMonitor(options({ events: lost })).measure();
    expect(await shown('facts', 'kafka')).toEqual([undefined, undefined, undefined]);
    expect(await shown('tasks', 'rabbitmq')).toEqual([2, 7, undefined]);

    const unavailable = () => Promise.reject(new Error('RabbitMQ is unavailable'));
    await new BacklogMonitor(options({ events, tasks: { ...noTasks, depths: unavailable } })).measure();
    expect(await shown('facts', 'kafka')).toEqual([4, expect.closeTo(60, 0), undefined]);
    expect(await shown('tasks', 'rabbitmq')).toEqual([undefined, undefined, undefined]);
  });
});
