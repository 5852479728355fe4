import { backingServices, RabbitQueues, until } from '@waybill/testing';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { systemUnderTest } from '../system-under-test.js';
import { deadLetterCounts } from './dead-letter-counts.js';
import { applicationProcesses, untilReady } from './processes.js';
import { endpoints, queueNames } from './running-system.js';
import type { Workload } from './system-under-test.js';

/** Work that arrives while nothing is there, in portions, a second apart. */
const PORTIONS = 2;
const PORTION = 20;
/** Milliseconds. */
const FLOWS_WITHIN = 15_000;

describe('queues and topics that disappear under a running system', () => {
  let admin: Admin;
  beforeAll(async () => {
    const kafka = new Kafka({ brokers: [backingServices().kafka], clientId: 'test', logLevel: logLevel.NOTHING });
    admin = kafka.admin();
    await admin.connect();
  });
  afterAll(() => admin.disconnect());

  const topicNames = async () => (await admin.listTopics()).filter((name) => !name.startsWith('__'));
  const pids = () => applicationProcesses.map((name) => endpoints().processes[name]);

  async function deleteQueues(): Promise<void> {
    const queues = await RabbitQueues.connect(backingServices().rabbitmq);
    await queues.delete(...(await queueNames()));
    await queues.close();
  }

  async function deleteTopics(): Promise<void> {
    await admin.deleteTopics({ topics: await topicNames() });
  }

  /** All work that came before is done: what is deleted with a queue or topic is nowhere else. */
  async function allIsDone(): Promise<void> {
    const workload = await systemUnderTest.startWorkload();
    workload.add(PORTION);
    await workload.expectNothingLost();
  }

  async function addSlowly(workload: Workload): Promise<void> {
    for (let n = 0; n < PORTIONS; n++) {
      workload.add(PORTION);
      const next = performance.now() + 1_000;
      await until('a second has passed', () => performance.now() > next);
    }
  }

  it.each([
    ['all queues and topics are deleted', () => Promise.all([deleteQueues(), deleteTopics()])],
    ['RabbitMQ comes back empty', replaceVhost],
  ])(
    'are declared again by the running processes, and work flows again within 15 s: %s',
    async (_, disappear) => {
      await allIsDone();
      const deadLetters = await deadLetterCounts();
      const [queuesBefore, topicsBefore, pidsBefore] = [await queueNames(), await topicNames(), pids()];
      const workload = await systemUnderTest.startWorkload();
      await disappear();

      const gone = performance.now();
      const adding = addSlowly(workload);
      await Promise.any(Array.from({ length: PORTION }, (_, n) => workload.finished(n)));
      const flowedAfter = performance.now() - gone;
      process.stderr.write(`the first work was finished after ${Math.round(flowedAfter)} ms\n`);
      expect(flowedAfter).toBeLessThan(FLOWS_WITHIN);
      await adding;
      await workload.expectNothingLost();
      await Promise.all(applicationProcesses.map(untilReady));

      expect((await queueNames()).sort()).toEqual(queuesBefore.sort());
      expect((await topicNames()).sort()).toEqual(topicsBefore.sort());
      expect(pids()).toEqual(pidsBefore);
      expect(await deadLetterCounts()).toEqual(deadLetters);
    },
    300_000,
  );
});

/** What clients see of a RabbitMQ whose volume was lost: its users are configured, its virtual host is new. */
async function replaceVhost(): Promise<void> {
  const { rabbitmq, rabbitmqUi } = backingServices();
  const { username, password, pathname } = new URL(rabbitmq);
  const user = decodeURIComponent(username);
  const vhost = pathname.slice(1) || encodeURIComponent('/');
  const authorization = `Basic ${Buffer.from(`${user}:${decodeURIComponent(password)}`).toString('base64')}`;
  const manage = async (method: string, path: string, body?: object) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(new URL(`/api/${path}`, rabbitmqUi), {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`RabbitMQ: ${response.status} for ${method} ${path}`);
  };
  await manage('DELETE', `vhosts/${vhost}`);
  await manage('PUT', `vhosts/${vhost}`);
  await manage('PUT', `permissions/${vhost}/${encodeURIComponent(user)}`, { configure: '.*', write: '.*', read: '.*' });
}
