import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { OrderCancelled, OrderConfirmed, OrderCreated } from '@waybill/contracts';
import { createKafka } from '@waybill/messaging';
import { createLogger } from '@waybill/platform';
import { runScript, ServiceBench, type ServiceSettings, until } from '@waybill/testing';
import { type Analytics, start, summary } from './analytics.fixture.js';

let settings: ServiceSettings;
let analytics: Analytics;
beforeEach(async () => {
  analytics = await ServiceBench.of((given) => {
    settings = given;
    return start(given);
  });
});
afterEach(() => analytics.stop());

const SCRIPT = join(import.meta.dirname, '..', 'main.rebuild.js');
const environment = () => ({
  PORT: '0',
  DATABASE_URL: settings.DATABASE_URL,
  RABBITMQ_URL: settings.RABBITMQ_URL,
  KAFKA_BROKERS: settings.KAFKA_BROKERS.join(','),
  KAFKA_TOPIC_PREFIX: settings.KAFKA_TOPIC_PREFIX,
});
const rebuild = (...args: string[]) => runScript(SCRIPT, args, environment());
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

function startRebuild(): ChildProcess & { output: string } {
  const child = spawn(process.execPath, [SCRIPT], { env: environment() });
  running.add(child);
  const started = Object.assign(child, { output: '' });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (started.output += text));
  return started;
}

/** Like a transaction that writes to the projection, or keeps others from it. */
async function locked(schema: string, mode: 'ROW EXCLUSIVE' | 'SHARE'): Promise<{ unlock(): Promise<void> }> {
  const client = await analytics.database.pool.connect();
  await client.query(`BEGIN; LOCK TABLE ${schema}.order_facts IN ${mode} MODE`);
  return {
    async unlock() {
      await client.query('ROLLBACK');
      client.release();
    },
  };
}

let published = 0;
/** Every third is cancelled, the others are confirmed. */
async function placeOrder(): Promise<void> {
  const order = {
    orderId: crypto.randomUUID(),
    attempt: 1,
    customerId: 'cus_1',
    email: 'ada@example.com',
    items: [{ sku: `BOOK-00${published % 5}`, name: 'Middlemarch', quantity: 2, unitPrice: 50 }],
    total: { amount: 100, currency: 'EUR' },
    createdAt: '2026-01-02T12:00:00.000Z',
  };
  await analytics.kafka.publish(OrderCreated, order);
  if (published++ % 3 === 0) await analytics.kafka.publish(OrderCancelled, { ...order, cancelledAt: order.createdAt });
  else await analytics.kafka.publish(OrderConfirmed, { ...order, confirmedAt: '2026-01-02T12:00:02.000Z' });
}
const placeOrders = async (count: number) => {
  for (let n = 0; n < count; n++) await placeOrder();
};
const expected = () => {
  const cancelled = Math.ceil(published / 3);
  const confirmed = published - cancelled;
  return {
    orders: { CONFIRMED: confirmed, CANCELLED: cancelled },
    revenue: { amount: 100 * confirmed, currency: 'EUR' },
    latencies: expect.objectContaining({ createdToConfirmed: { p50: 2_000, p95: 2_000, p99: 2_000 } }),
  };
};
const sold = ({ topSkus }: { topSkus: { quantity: number }[] }) =>
  topSkus.reduce((sum, { quantity }) => sum + quantity, 0);

async function untilSummaryIsRight(): Promise<void> {
  await until('the summary tells every order once', async () => {
    const now = await summary(analytics);
    expect(now).toMatchObject(expected());
    expect(sold(now)).toBe(2 * expected().orders.CONFIRMED);
    return true;
  });
}

beforeEach(() => {
  published = 0;
});

async function groups(): Promise<string[]> {
  const logger = createLogger({ service: 'test', level: 'silent' });
  const admin = createKafka({ brokers: settings.KAFKA_BROKERS, clientId: 'test', logger }).admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  await admin.disconnect();
  return groups.map(({ groupId }) => groupId).filter((group) => group.startsWith(settings.KAFKA_TOPIC_PREFIX));
}

/** What a bug or a restored backup leaves behind. */
const damage = () =>
  analytics.database.pool.query(`
    DELETE FROM order_facts WHERE order_id IN (SELECT order_id FROM order_facts LIMIT 10);
    UPDATE order_facts SET status = 'PENDING', total_amount = 7;
    UPDATE summary_totals SET n = n + 1, amount = amount + 1`);

describe('npm run analytics:rebuild', () => {
  it('repairs the projection while orders arrive, and continues after kill -9, also when that hits the swap', async () => {
    await placeOrders(40);
    await untilSummaryIsRight();
    await damage();

    const handler = await locked('public', 'ROW EXCLUSIVE');
    const killed = startRebuild();
    await until('it wants to swap', () => killed.output.includes('could not swap yet'));
    const exit = once(killed, 'exit');
    killed.kill('SIGKILL');
    await exit;

    const second = startRebuild();
    const ended = once(second, 'exit');
    let isOver = false;
    const arriving = (async () => {
      while (!isOver) await placeOrder();
    })();
    await until('it continues', () => second.output.includes('continuing the rebuild that was interrupted'));
    await handler.unlock();
    const [code] = await ended;
    isOver = true;
    await arriving;
    expect({ code, output: second.output }).toEqual({ code: 0, output: expect.stringContaining('swapped') });
    await placeOrders(3);
    await untilSummaryIsRight();
    expect(await groups()).toEqual([`${settings.KAFKA_TOPIC_PREFIX}analytics`]);
  });

  it('does not swap while it lacks an event that analytics has handled', async () => {
    await placeOrders(3);
    const handler = await locked('public', 'ROW EXCLUSIVE');
    const rebuilding = startRebuild();
    const ended = once(rebuilding, 'exit');
    await until('it wants to swap', () => rebuilding.output.includes('could not swap yet'));
    const writesNothing = await locked('analytics_rebuild', 'SHARE');
    await placeOrders(3);
    await untilSummaryIsRight();
    await handler.unlock();
    await until('it sees what it lacks', () => rebuilding.output.includes('the last events were not read'));
    await writesNothing.unlock();
    expect(await ended).toEqual([0, null]);
    await untilSummaryIsRight();
  });

  it('leaves orders with an event that nobody can read as they are, and says where it is', async () => {
    await placeOrders(3);
    const [ghost, corrected] = [crypto.randomUUID(), crypto.randomUUID()];
    const at = '2026-01-02T12:00:00.000Z';
    const order = {
      attempt: 1,
      customerId: 'cus_1',
      email: 'a@example.com',
      items: [],
      createdAt: at,
      total: { amount: 1, currency: 'EUR' },
    };
    // Analytics parks the second event behind the first one, and never knows the order.
    await analytics.kafka.publish(OrderCreated, { orderId: ghost } as never);
    await analytics.kafka.publish(OrderCancelled, { ...order, orderId: ghost, cancelledAt: at });
    // An operator has edited this one.
    await analytics.kafka.publish(OrderCancelled, { orderId: corrected } as never);
    await until('all are dead letters', async () => (await analytics.handled('orders.events', 'dead-letter')) === 2);
    await analytics.database.pool.query(
      `INSERT INTO order_facts (order_id, status, cancelled_at) VALUES ($1, 'FAILED', now())`,
      [corrected],
    );
    const before = await until('the summary is right', async () => {
      const { orders } = await summary(analytics);
      return orders.CONFIRMED === 2 && orders.CANCELLED === 1 && orders.FAILED === 1 && summary(analytics);
    });

    const { code, stdout, stderr } = await rebuild();
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('9 of 9 events (100 %)') });
    expect(stderr).toMatch(
      new RegExp(`skipped the event at orders\\.events/\\d/\\d+, order ${ghost} stays as it was: `),
    );
    expect(await summary(analytics)).toEqual(before);
  });

  it('refuses to forget orders whose events are no longer in the topics, unless that is accepted', async () => {
    await placeOrders(6);
    await untilSummaryIsRight();
    const logger = createLogger({ service: 'test', level: 'silent' });
    const admin = createKafka({ brokers: settings.KAFKA_BROKERS, clientId: 'test', logger }).admin();
    await admin.connect();
    const topic = `${settings.KAFKA_TOPIC_PREFIX}orders.events`;
    const ends = await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({
      topic,
      partitions: ends.map(({ partition, high }) => ({ partition, offset: high })),
    });
    await admin.disconnect();

    const refused = await rebuild();
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('12 events are no longer in their topics'),
    });
    await untilSummaryIsRight();
    expect(await rebuild('--accept-loss')).toMatchObject({ code: 0 });
    expect((await summary(analytics)).orders).toEqual({});
  });

  it('explains itself, wrong options, and that another one is running', async () => {
    expect(await rebuild('--help')).toMatchObject({ code: 0, stdout: expect.stringContaining('--restart') });
    expect(await rebuild('--agian')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Unknown option '--agian'"),
    });
    const client = await analytics.database.pool.connect();
    await client.query(`SELECT pg_advisory_lock(hashtext('analytics rebuild'))`);
    expect(await rebuild()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('another process is rebuilding'),
    });
    client.release(true);
  });
});
