import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { until } from '@waybill/testing';
import { Kafka, logLevel } from 'kafkajs';
import { root } from '../imports.js';
import { endpoints, place } from '../shop.js';

const ORDERS = 20;
/** In seconds: figures are taken every five, and RabbitMQ's own are up to ten old. */
const OLD_AT_MOST = 16;

interface Lag {
  consumer: string;
  source: string;
  messages: number;
  seconds: number;
}
interface Status {
  processes: { name: string; state: string }[];
  lag: Lag[] | null;
}

/** `npm run status -- --json`, of the system under test. */
async function status(): Promise<Status> {
  const script = join(root, 'infra', 'local', 'dist', 'main.js');
  const env = { ...process.env, WAYBILL_HOME: dirname(process.env.WAYBILL_ENDPOINTS!) };
  const run = promisify(execFile)(process.execPath, [script, 'status', '--json'], { env });
  return JSON.parse((await run.catch((error: { stdout: string }) => error)).stdout); // it fails while a process hangs
}

async function lagOf(consumer: string, source: string): Promise<Lag> {
  const { lag } = await status();
  if (!lag) throw new Error('the lag is unknown');
  const found = lag.find((one) => one.consumer === consumer && one.source === source);
  return found ?? { consumer, source, messages: 0, seconds: 0 };
}

/** What Kafka itself says that a group has not committed. */
async function uncommitted(groupId: string, topic: string): Promise<number> {
  const admin = new Kafka({ brokers: [endpoints().kafka], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const ends = await admin.fetchTopicOffsets(topic);
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  await admin.disconnect();
  const read = new Map(committed!.partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
  return ends.reduce((sum, { partition, high }) => sum + Number(high) - (read.get(partition) ?? 0), 0);
}

/** What RabbitMQ itself says of a queue, both ready and in flight. */
async function inQueue(name: string): Promise<number> {
  const { rabbitmq, rabbitmqUi } = endpoints();
  const { username, password } = new URL(rabbitmq);
  const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  const response = await fetch(`${rabbitmqUi}/api/queues/%2F/${name}`, { headers: { authorization } });
  return ((await response.json()) as { messages: number }).messages;
}

describe('while a consumer hangs', () => {
  let hanging: number | undefined;
  afterEach(() => {
    if (hanging) process.kill(hanging, 'SIGCONT');
  });

  it('its lag is that of the brokers, in messages, and as old as what waits; afterwards it is zero', async () => {
    await until('it has nothing to do', async () => (await lagOf('inventory', 'orders.events')).messages === 0);
    hanging = endpoints().processes.inventory!;
    process.kill(hanging, 'SIGSTOP');
    const since = performance.now();
    const age = () => (performance.now() - since) / 1_000;
    await Promise.all(Array.from({ length: ORDERS }, () => place()));

    await until('RabbitMQ has all their reservations', async () => (await inQueue('inventory.reserve')) === ORDERS);
    await until('so they are shown', async () => (await lagOf('inventory', 'inventory.reserve')).messages === ORDERS);
    const unread = await uncommitted('inventory', 'orders.events');
    expect(unread).toBeGreaterThanOrEqual(ORDERS);
    await until('so are the events', async () => (await lagOf('inventory', 'orders.events')).messages === unread);
    await until('they are old', async () => (await lagOf('inventory', 'inventory.reserve')).seconds > 10);

    for (const source of ['inventory.reserve', 'orders.events']) {
      const { seconds } = await lagOf('inventory', source);
      expect(seconds).toBeLessThanOrEqual(age());
      expect(seconds).toBeGreaterThan(age() - OLD_AT_MOST);
    }
    const { processes } = await status();
    expect(processes.find(({ name }) => name === 'inventory')!.state).toContain('not ready');
    expect(processes.find(({ name }) => name === 'email')!.state).toBe('ready');

    process.kill(hanging, 'SIGCONT');
    hanging = undefined;
    const { lag } = await until('nobody is behind', async () => {
      const now = await status();
      return now.lag?.length === 0 && now;
    });
    expect(lag).toEqual([]);
  });
});
