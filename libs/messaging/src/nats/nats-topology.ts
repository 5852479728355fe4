import type { Topic } from '../contract/index.js';
import type { TopicReader, TopicSettings, TopicTopology } from '../kafka/index.js';
import { deadLetterTopicOf } from '../outcomes/index.js';
import { isDeclared, type StreamSettings } from './declared-stream.js';
import { tokenOf } from './escape.js';
import { connectNats, loadNats, REQUEST_TIMEOUT } from './nats-library.js';
import type { NatsSettings } from './nats-settings.js';
import { topicStreamOf } from './nats-topics.js';
import type { NatsConnection } from './nats-types.js';

const FOR_EVER = '-1';
const NANOSECONDS = 1_000_000;

export interface NatsTopologyOptions extends TopicSettings {
  nats: NatsSettings;
  topics: readonly Topic[];
  readers?: readonly TopicReader[];
}

/** Topics as streams: as `KafkaTopology` for topics of Kafka, but one with other partitions or compaction is an error. */
export class NatsTopology implements TopicTopology {
  private connection: Promise<NatsConnection> | undefined;
  private readonly wanted: readonly StreamSettings[];
  private missing: readonly string[];

  constructor(private readonly options: NatsTopologyOptions) {
    this.wanted = streamsOf(options);
    this.missing = this.wanted.map(({ name }) => name);
  }

  async declare(): Promise<void> {
    try {
      this.connection ??= connectNats(this.options.nats);
      const { jetstreamManager } = await loadNats();
      const manager = await jetstreamManager(await this.connection, { timeout: REQUEST_TIMEOUT });
      const missing: StreamSettings[] = [];
      for (const stream of this.wanted) if (!(await isDeclared(manager, stream))) missing.push(stream);
      this.missing = missing.map(({ name }) => name);
      for (const stream of missing) await manager.streams.add({ ...stream }); // which the library changes
      this.missing = [];
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  check(): void {
    if (this.missing.length) throw new Error(`missing streams: ${this.missing.join(', ')}`);
  }

  async close(): Promise<void> {
    const { connection } = this;
    this.connection = undefined;
    await connection?.then((connected) => connected.close()).catch(() => {}); // it is not used again
  }
}

function streamsOf({ topics, readers = [], prefix = '', retention = FOR_EVER }: NatsTopologyOptions): StreamSettings[] {
  const maxAge = retention === FOR_EVER ? 0 : Number(retention) * NANOSECONDS;
  const own = topics.map(({ name, partitions, compacted }) => streamOf(prefix + name, partitions, compacted, maxAge));
  const ofDeadLetters = readers.flatMap(({ group, reads }) =>
    reads.map((topic) => streamOf(prefix + deadLetterTopicOf(topic, group), 1, false, 0)),
  );
  return [...own, ...ofDeadLetters];
}

/** The subject of a compacted topic's message ends with its key: the stream keeps the last message of each subject. */
function streamOf(topic: string, partitions: number, compacted: boolean, maxAge: number): StreamSettings {
  return {
    name: topicStreamOf(topic),
    subjects: [`topic.${tokenOf(topic)}.*${compacted ? '.*' : ''}`],
    metadata: { partitions: String(partitions) },
    max_msgs_per_subject: compacted ? 1 : -1,
    ...(!compacted && { max_age: maxAge }),
  };
}
