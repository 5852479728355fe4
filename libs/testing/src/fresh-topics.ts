import { type Admin, Kafka, logLevel } from 'kafkajs';
import { backingServices } from './endpoints.js';
import { uniqueName } from './unique-name.js';
import { until } from './until.js';

export interface FreshTopics {
  /** Prepended to the name of every topic and group. */
  prefix: string;
  kafka: Kafka;
  /** Creates a topic with this prefix; resolves when its partitions have leaders. */
  create(name: string, partitions?: number): Promise<void>;
  /** Deletes the topics and groups with this prefix, once all consumers have left. */
  drop(): Promise<void>;
}

/** A namespace of topics and groups for one spec file. The caller drops it in `afterAll`. */
export function freshTopics(prefix = `${uniqueName('test')}.`): FreshTopics {
  const kafka = new Kafka({
    brokers: [backingServices().kafka],
    clientId: 'test',
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10 },
    logLevel: logLevel.NOTHING,
  });
  return {
    prefix,
    kafka,
    create: (name, partitions = 1) => create(kafka, prefix + name, partitions),
    drop: () => drop(kafka, prefix),
  };
}

async function create(kafka: Kafka, topic: string, numPartitions: number): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: false });
    await until(`${topic} has leaders`, () => admin.fetchTopicOffsets(topic));
  } finally {
    await admin.disconnect();
  }
}

async function drop(kafka: Kafka, prefix: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    // A killed member leaves when its session times out.
    await until('its groups have no members', () => deleteGroups(admin, prefix));
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    if (topics.length) await admin.deleteTopics({ topics });
  } finally {
    await admin.disconnect();
  }
}

async function deleteGroups(admin: Admin, prefix: string): Promise<true> {
  const { groups } = await admin.listGroups();
  const groupIds = groups.map(({ groupId }) => groupId).filter((name) => name.startsWith(prefix));
  if (groupIds.length) await admin.deleteGroups(groupIds);
  return true;
}
