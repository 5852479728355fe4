import { KafkaPeer, until } from '@waybill/testing';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { Fork } from './fork.fixture.js';

const KILLS = 6;
const ORDERS_PER_KILL = 10;

let fork: Fork;
beforeAll(() => {
  fork = Fork.clone();
});
afterAll(() => fork.remove(), 120_000);

async function place(): Promise<string> {
  const order = {
    customerId: 'cus_1',
    email: 'ada@example.com',
    items: [{ sku: 'BOOK-001', quantity: 1 }],
    paymentToken: 'tok_ok',
  };
  const response = await fetch(`${fork.endpoints().orderApi}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  });
  if (response.status !== 202) throw new Error(`POST /orders returned ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { orderId: string }).orderId;
}

async function get<T>(url: string, headers: Record<string, string> = {}): Promise<T> {
  const response = await fetch(url, { headers });
  if (!response.ok) throw new Error(`GET ${url} returned ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

const untilConfirmed = (orderId: string) =>
  until(
    `order ${orderId} is confirmed`,
    async () => {
      const url = `${fork.endpoints().orderApi}/orders/${orderId}/status`;
      const { status } = await get<{ status: string }>(url);
      return ['CONFIRMED', 'SHIPPED', 'DELIVERED'].includes(status);
    },
    { within: '120s' },
  );

async function kill(name: string): Promise<void> {
  const pid = await until(`${name} runs`, () => fork.endpoints().processes[name]);
  process.kill(pid, 'SIGKILL');
  await until(`${name} runs again`, () => ![pid, undefined].includes(fork.endpoints().processes[name]));
}

const entries = async () =>
  (await get<{ items: { cause: string; subject: string }[] }>(`${fork.endpoints().loyalty}/entries?limit=1000`)).items;

async function outboxIsEmpty(): Promise<boolean> {
  const url = new URL(fork.endpoints().postgres);
  url.pathname = '/waybill_loyalty';
  const client = new pg.Client(url.href);
  await client.connect();
  try {
    return (await client.query('SELECT FROM waybill.outbox LIMIT 1')).rowCount === 0;
  } finally {
    await client.end();
  }
}

describe('a service that npm run new:service has written', () => {
  const SHARED = ['infra/system/src/system.ts', 'libs/contracts/src/queues.ts', 'libs/contracts/src/topics.ts'];
  const OPTIONS = '--port 3007 --event OrderConfirmed --task RedeemPoints --emits PointsEarned';

  it('is not written over changes that are not committed', async () => {
    fork.git('rm', '--quiet', 'LICENSE');
    await expect(fork.npm('new:service', '--', 'gifts')).rejects.toThrow(/uncommitted changes[\s\S]*LICENSE/);
    fork.git('reset', '--quiet', '--hard');
  }, 600_000);

  it('changes three files that people write', async () => {
    const output = await fork.npm('new:service', '--', 'loyalty', ...OPTIONS.split(' '));
    for (const path of SHARED) expect(output).toContain(path);
    fork.commit('Add loyalty');
  }, 600_000);

  it('passes lint, its own tests and those of what is generated', async () => {
    await fork.npm('lint');
    const output = await fork.npm('test', '--', 'services/loyalty', 'infra/system', 'libs/contracts');
    expect(output).toMatch(/^[1-9]\d* passed, 0 failed$/m);
  }, 600_000);

  it(`has exact effects when it is killed ${KILLS} times under load`, async () => {
    await fork.npm('start', '--', '--detach');
    const orderIds: string[] = [];
    for (let n = 0; n < KILLS; n++) {
      const placed = await Promise.all(Array.from({ length: ORDERS_PER_KILL }, place));
      orderIds.push(...placed);
      await untilConfirmed(placed[0]!); // its event is on its way, and those of the others follow
      await kill('loyalty');
    }
    await Promise.all(orderIds.map(untilConfirmed));

    await until('each order has its entry', async () => (await entries()).length >= orderIds.length, {
      within: '120s',
    });
    const found = await entries();
    expect(found.map(({ subject }) => subject).sort()).toEqual(orderIds.toSorted());
    expect(new Set(found.map(({ cause }) => cause))).toEqual(new Set(['OrderConfirmed']));
    await until('its outbox is empty', outboxIsEmpty);
    expect(await eventIds(orderIds)).toHaveLength(orderIds.length);

    const { deadLetters, operatorToken } = fork.endpoints();
    const headers = { authorization: `Bearer ${operatorToken}` };
    const { items } = await get<{ items: object[] }>(`${deadLetters}/dead-letters?consumer=loyalty`, headers);
    expect(items).toEqual([]);
    await fork.npm('stop');
  }, 600_000);

  it('is removed without a trace', async () => {
    await fork.npm('remove:service', '--', 'loyalty');
    expect(fork.git('diff', 'HEAD~1')).toBe('');
    expect(fork.git('ls-files', '--others', '--exclude-standard')).toBe('');
  }, 600_000);
});

/** Ids of all events about these orders. One that was published again before a crash could note it has the same id. */
async function eventIds(orderIds: readonly string[]): Promise<string[]> {
  const client = new Kafka({ brokers: [fork.endpoints().kafka], logLevel: logLevel.NOTHING });
  const kafka = new KafkaPeer({ kafka: client, prefix: '' });
  try {
    await kafka.listen('loyalty.events');
    const events = await Promise.all(orderIds.map((orderId) => kafka.received(orderId, 1)));
    return [...new Set(events.flat().map(({ headers }) => headers.ce_id!))];
  } finally {
    await kafka.close();
  }
}
