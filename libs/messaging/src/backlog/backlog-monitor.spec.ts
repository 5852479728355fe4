import { backingServices, type FreshVhost, freshVhost, until } from '@waybill/testing';
import { defineQueue } from '../contract/index.js';
import { AmqplibClient, declareQueues } from '../rabbitmq/index.js';
import { quiet } from '../test/workbench.fixture.js';
import { BacklogMonitor, type BacklogMonitorOptions } from './backlog-monitor.js';
import { measuredConsumers } from './measured-consumers.js';
import { backlogMetrics } from './metrics.js';
import { managementApiOf, queueDepths } from './queue-depths.js';

const metrics = backlogMetrics();
const tasks = defineQueue({ name: 'tasks', retryTiers: [60_000] });
const consumers = { worker: { queues: [tasks], topics: [] } };
const { queues } = measuredConsumers({ consumers });
const noEvents = { of: async () => [], close: async () => {} };

async function shown(source: string) {
  const gauges = await Promise.all([metrics.messages, metrics.seconds, metrics.retries].map((gauge) => gauge.get()));
  return gauges.map(({ values }) => values.find(({ labels }) => labels.source === source)?.value);
}

describe('the backlog of a queue', () => {
  let vhost: FreshVhost;
  let client: AmqplibClient;
  beforeAll(async () => {
    vhost = await freshVhost();
    client = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
    await declareQueues(client, [tasks]);
  });
  afterAll(async () => {
    await client.close();
    await vhost.drop();
  });

  it('is what is ready and what is in flight, as old as the first of it, until it is acknowledged', async () => {
    const management = managementApiOf(vhost.url, backingServices().rabbitmqUi);
    const monitor = new BacklogMonitor({
      events: noEvents,
      groups: [],
      queueDepths: () => queueDepths(management),
      queues,
      logger: quiet,
      interval: 250,
    });
    monitor.start();
    await until('the empty queue is shown', async () => (await shown('tasks'))[0] === 0);

    const producer = client.producer({ confirm: true });
    const send = (queue: string) => producer.send({ queue, body: Buffer.from('{}'), properties: { mandatory: true } });
    await Promise.all(['tasks', 'tasks', 'tasks', 'tasks.retry.60000ms'].map(send));
    const { promise: done, resolve: finish } = Promise.withResolvers<'ack'>();
    const hanging = client.reader({ queue: 'tasks', prefetch: 2, onMessage: () => done });
    await hanging.whenReading();
    await until('three wait, two of them in flight', async () => (await shown('tasks'))[0] === 3);
    await until('they grow old', async () => (await shown('tasks'))[1]! > 2);
    await until('one waits for its next attempt', async () => (await shown('tasks'))[2] === 1);

    finish('ack');
    await until('nothing waits', async () => String((await shown('tasks')).slice(0, 2)) === '0,0');
    await Promise.all([hanging.close(), producer.close(), monitor.stop()]);
  });
});

describe('a gauge whose source is unavailable', () => {
  const options = (changes: Partial<BacklogMonitorOptions>): BacklogMonitorOptions => ({
    events: noEvents,
    groups: [{ group: 'worker', topics: ['facts'] }],
    queueDepths: async () => new Map([['tasks', { messages: 2, acknowledged: 0 }]]),
    queues,
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
    expect(await shown('facts')).toEqual([4, expect.closeTo(60, 0), undefined]);
    expect(await shown('tasks')).toEqual([2, 0, undefined]); // a retry queue is missing

    const lost = { ...events, of: () => Promise.reject(new Error('the broker is unavailable')) };
    await new BacklogMonitor(options({ events: lost })).measure();
    expect(await shown('facts')).toEqual([undefined, undefined, undefined]);
    expect(await shown('tasks')).toEqual([2, 0, undefined]);

    const unavailable = () => Promise.reject(new Error('RabbitMQ is unavailable'));
    await new BacklogMonitor(options({ events, queueDepths: unavailable })).measure();
    expect(await shown('facts')).toEqual([4, expect.closeTo(60, 0), undefined]);
    expect(await shown('tasks')).toEqual([undefined, undefined, undefined]);
  });
});

describe('the management API of a broker', () => {
  it('is at port 15672 of its host with its user by default', () => {
    expect(managementApiOf('amqp://me:p%40ss@rabbit.example:5672/shop%2F1')).toEqual({
      url: 'http://me:p%40ss@rabbit.example:15672/',
      vhost: 'shop/1',
    });
    expect(managementApiOf('amqp://me:secret@host', 'https://other@manage.example/rabbit')).toEqual({
      url: 'https://other:secret@manage.example/rabbit',
      vhost: '/',
    });
  });
});
