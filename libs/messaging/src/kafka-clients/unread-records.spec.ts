import { backingServices, type FreshTopics, freshTopics, until } from '@waybill/testing';
import { type Admin, Partitioners, type Producer } from 'kafkajs';
import { quiet } from '../test/workbench.fixture.js';
import { UnreadRecords } from './unread-records.js';

const HOUR = 3_600_000;
const group = 'readers';
let topics: FreshTopics;
let admin: Admin;
let unread: UnreadRecords;

beforeAll(async () => {
  topics = freshTopics();
  admin = topics.kafka.admin();
  await admin.connect();
  unread = new UnreadRecords({ brokers: [backingServices().kafka], clientId: 'test', logger: quiet });
});
afterAll(async () => {
  await Promise.all([unread.close(), admin.disconnect()]);
  await topics.drop();
});

const producer = async (options: Parameters<FreshTopics['kafka']['producer']>[0] = {}): Promise<Producer> => {
  const created = topics.kafka.producer({ ...options, createPartitioner: Partitioners.DefaultPartitioner });
  await created.connect();
  return created;
};
const at = (time: number, value = 'a fact') => ({ value, partition: 0, timestamp: String(time) });
const commit = (topic: string, offset: number) =>
  admin.setOffsets({
    groupId: topics.prefix + group,
    topic: topics.prefix + topic,
    partitions: [{ partition: 0, offset: String(offset) }],
  });

async function lagOf(topic: string) {
  const partitions = await unread.of(topics.prefix + group, [topics.prefix + topic]);
  const count = partitions.reduce((sum, one) => sum + one.count, 0);
  return { count, oldest: partitions.find(({ oldest }) => oldest)?.oldest };
}

describe('what a group has not read', () => {
  it('is everything while it has read nothing, then what it has not committed, and as old as the first of it', async () => {
    await topics.create('facts', 2);
    const sending = await producer();
    const now = Date.now();
    const messages = [at(now - HOUR), at(now - HOUR / 2), at(now)];
    await sending.send({ topic: `${topics.prefix}facts`, messages });
    await sending.disconnect();

    expect(await lagOf('facts')).toEqual({ count: 3, oldest: now - HOUR });
    await commit('facts', 1);
    expect(await lagOf('facts')).toEqual({ count: 2, oldest: now - HOUR / 2 });
    await commit('facts', 3);
    expect(await lagOf('facts')).toEqual({ count: 0, oldest: undefined });
  });

  it('is what transactions have committed: neither their control records nor what they aborted or still have open', async () => {
    await topics.create('transactions');
    const topic = `${topics.prefix}transactions`;
    const writer = await producer({ transactionalId: `${topics.prefix}w`, idempotent: true, maxInFlightRequests: 1 });
    const write = async (...times: number[]) => {
      const transaction = await writer.transaction();
      await transaction.send({ topic, messages: times.map((time) => at(time)) });
      return transaction;
    };
    const now = Date.now();
    await (await write(now - 4 * HOUR, now - 3 * HOUR)).commit(); // offsets 0, 1; its control record is 2
    await (await write(now - 2 * HOUR)).abort(); // 3, 4
    await (await write(now - HOUR)).commit(); // 5, 6
    const open = await write(now); // 7

    expect(await lagOf('transactions')).toEqual({ count: 3, oldest: now - 4 * HOUR });
    await commit('transactions', 2);
    expect(await lagOf('transactions')).toEqual({ count: 1, oldest: now - HOUR });
    await commit('transactions', 6); // a consumer that stopped before the control record
    expect(await lagOf('transactions')).toEqual({ count: 0, oldest: undefined });
    await open.commit();
    await until('the last one is committed', async () => (await lagOf('transactions')).count === 1);
    expect(await lagOf('transactions')).toEqual({ count: 1, oldest: now });
    await writer.disconnect();
  });

  it('begins with the first record that is left, once retention has deleted others', async () => {
    await topics.create('deleted');
    const topic = `${topics.prefix}deleted`;
    const sending = await producer();
    const now = Date.now();
    await sending.send({ topic, messages: [at(now - HOUR), at(now - 2), at(now - 1)] });
    await sending.disconnect();
    await commit('deleted', 0);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] });
    expect(await lagOf('deleted')).toEqual({ count: 2, oldest: now - 2 });
  });

  it('is exact only as far as it is looked at: a long backlog is counted by offsets', async () => {
    await topics.create('long');
    const sending = await producer();
    const now = Date.now();
    const messages = Array.from({ length: 300 }, (_, n) => at(now - HOUR + n, 'x'.repeat(4_096)));
    for (const part of [messages.slice(0, 100), messages.slice(100, 200), messages.slice(200)])
      await sending.send({ topic: `${topics.prefix}long`, messages: part });
    await sending.disconnect();
    expect(await lagOf('long')).toEqual({ count: 300, oldest: now - HOUR });
  });

  it('is unknown for a topic that does not exist', async () => {
    await expect(lagOf('missing')).rejects.toThrow();
    expect(await lagOf('deleted')).toMatchObject({ count: 2 });
  });
});
