import type { Admin, ITopicConfig, Kafka } from 'kafkajs';
import type { Topic } from '../contract/index.js';
import { deadLetterTopicOf, retryForever } from '../outcomes/index.js';

export interface TopicSettings {
  /** Put before every name; default none. For tests that share a broker. */
  prefix?: string | undefined;
  /** `retention.ms` of topics that are not compacted; default -1, without limit. */
  retention?: string | undefined;
}

const FOR_EVER = '-1';
const LED_WITHIN = 10_000;

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
    if (missing.length === 0) return;
    await admin.createTopics({ topics: missing, waitForLeaders: false });
    for (const { topic } of missing) await untilLed(admin, topic);
  } finally {
    await admin.disconnect();
  }
}

/** A new topic's partitions may have no leader yet. Kafka reports this only to requests, and kafkajs requests once. */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  let reason: unknown;
  const offsets = await retryForever(
    () => admin.fetchTopicOffsets(topic),
    AbortSignal.timeout(LED_WITHIN),
    (error) => {
      reason = error;
    },
  );
  if (!offsets) throw reason;
}
