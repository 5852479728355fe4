import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@waybill/outbox';
import type { Admin, ITopicConfig } from 'kafkajs';
import type { Topic } from '../contract/index.js';
import type { Kafka } from '../kafka-clients/index.js';
import { deadLetterTopicOf, retryForever } from '../outcomes/index.js';

export interface TopicSettings {
  /** Put before every name; default none. For tests that share a broker. */
  prefix?: string | undefined;
  /** `retention.ms` of topics that are not compacted; default -1, without limit. */
  retention?: string | undefined;
}

/** A consumer group: the dead letter topics of what it reads are declared too. */
export interface TopicReader {
  group: string;
  reads: readonly string[];
}

export interface KafkaTopologyOptions extends TopicSettings {
  kafka: Kafka;
  topics: readonly Topic[];
  readers?: readonly TopicReader[];
}

/** The topics of a system on the broker that carries them. */
export interface TopicTopology {
  /** Creates the topics that are missing, and changes nothing that is there. Rejects while the broker is unavailable. */
  declare(): Promise<void>;
  /** Throws the names of topics that are missing. */
  check(): void;
  close(): Promise<void>;
}

const FOR_EVER = '-1';
/** Bytes. Twice the broker's default: an event that only just fits has room for the headers of its failure. */
const LARGEST_DEAD_LETTER = String(2 * 1024 * 1024);
const LED_WITHIN = 60_000;
/** Milliseconds between two looks: clients do not say that a topic of their consumers or producers is gone. */
const INTERVAL = 2_000;

/**
 * The topics of a system. Every process declares them at its start, and again when one of them is gone: deleted by mistake,
 * or with the volume of its broker.
 */
export class KafkaTopology implements TopicTopology {
  private readonly wanted: readonly ITopicConfig[];
  private admin: Promise<Admin> | undefined;
  private missing: readonly string[];

  constructor(private readonly options: KafkaTopologyOptions) {
    this.wanted = topicsOf(options);
    this.missing = this.wanted.map(({ topic }) => topic);
  }

  async declare(): Promise<void> {
    try {
      this.admin ??= connect(this.options.kafka);
      const admin = await this.admin;
      const there = new Set(await admin.listTopics());
      const topics = this.wanted.filter(({ topic }) => !there.has(topic));
      this.missing = topics.map(({ topic }) => topic);
      if (topics.length === 0) return;
      await admin.createTopics({ topics, waitForLeaders: false });
      for (const topic of this.missing) await untilLed(admin, topic);
      this.missing = [];
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  check(): void {
    if (this.missing.length) throw new Error(`missing topics: ${this.missing.join(', ')}`);
  }

  async close(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    await admin?.then((connected) => connected.disconnect()).catch(() => {}); // it is not used again
  }
}

/** Declares the topics again when they are gone, once `declare` has succeeded. Resolves when `stopping` aborts. */
export async function keepDeclared(topology: TopicTopology, stopping: AbortSignal, logger: Logger): Promise<void> {
  while (!stopping.aborted) {
    await pause(INTERVAL, undefined, { signal: stopping }).catch(() => {}); // it stops
    await retryForever(
      () => topology.declare(),
      stopping,
      (error) => logger.warn({ err: error }, 'could not declare the topics, trying again'),
    );
  }
  await topology.close();
}

/** Declares topics once. */
export async function declareTopics(
  kafka: Kafka,
  topics: readonly Topic[],
  settings: TopicSettings,
  reader?: TopicReader,
): Promise<void> {
  const topology = new KafkaTopology({ kafka, topics, ...settings, ...(reader && { readers: [reader] }) });
  await topology.declare();
  await topology.close();
}

function topicsOf({ topics, readers = [], prefix = '', retention = FOR_EVER }: KafkaTopologyOptions): ITopicConfig[] {
  const own = topics.map(({ name, partitions, compacted }) => ({
    topic: prefix + name,
    numPartitions: partitions,
    configEntries: [
      compacted ? { name: 'cleanup.policy', value: 'compact' } : { name: 'retention.ms', value: retention },
    ],
  }));
  const ofDeadLetters = readers.flatMap(({ group, reads }) =>
    reads.map((topic) => ({
      topic: prefix + deadLetterTopicOf(topic, group),
      numPartitions: 1,
      configEntries: [
        { name: 'retention.ms', value: FOR_EVER },
        { name: 'max.message.bytes', value: LARGEST_DEAD_LETTER },
      ],
    })),
  );
  return [...own, ...ofDeadLetters];
}

async function connect(kafka: Kafka): Promise<Admin> {
  const admin = kafka.admin();
  await admin.connect();
  return admin;
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
