import { deadLetterTopicOf } from '@waybill/dlq';
import type { ITopicConfig, Kafka } from 'kafkajs';
import type { Topic } from './contract.js';

export interface TopicSettings {
  /** Put before every name; default none. For tests that share a broker. */
  prefix?: string | undefined;
  /** `retention.ms` of topics that are not compacted; default -1, without limit. */
  retention?: string | undefined;
}

const FOR_EVER = '-1';

/** Creates the topics that are missing, and for a group the dead letter topics of those it reads. */
export async function declareTopics(
  kafka: Kafka,
  topics: readonly Topic[],
  { prefix = '', retention = FOR_EVER }: TopicSettings,
  reader?: { group: string; reads: readonly string[] },
): Promise<void> {
  const wanted: ITopicConfig[] = topics.map(({ name, partitions, compacted }) => ({
    topic: prefix + name,
    numPartitions: partitions,
    configEntries: [
      compacted ? { name: 'cleanup.policy', value: 'compact' } : { name: 'retention.ms', value: retention },
    ],
  }));
  for (const topic of reader?.reads ?? []) {
    wanted.push({
      topic: prefix + deadLetterTopicOf(topic, reader!.group),
      numPartitions: 1,
      configEntries: [{ name: 'retention.ms', value: FOR_EVER }],
    });
  }
  const admin = kafka.admin();
  try {
    await admin.connect();
    const there = new Set(await admin.listTopics());
    const missing = wanted.filter(({ topic }) => !there.has(topic));
    if (missing.length) await admin.createTopics({ topics: missing, waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}
