import {
  type Consumer,
  type EachBatchPayload,
  type ICustomPartitioner,
  type Kafka,
  type KafkaMessage,
  Partitioners,
  type Producer,
} from 'kafkajs';
import {
  type Acks,
  BrokerRejection,
  FETCH_WAIT,
  HEARTBEAT,
  type KafkaClient,
  type OutgoingRecord,
  type ReaderOptions,
  type RecordProducer,
  type RecordReader,
  SESSION,
  type StoredRecord,
} from './kafka-client.js';

/** Kafka by kafkajs: the default, because most people know it, and `ConsumeProcessProduce` uses its transactions. */
export class KafkaJsClient implements KafkaClient {
  constructor(private readonly kafka: Kafka) {}

  producer(acks: Acks): RecordProducer {
    return new KafkaJsProducer(this.kafka, acks);
  }

  reader(options: ReaderOptions): RecordReader {
    return new KafkaJsReader(this.kafka, options);
  }
}

class KafkaJsProducer implements RecordProducer {
  private readonly producer: Producer;
  private sending: Promise<unknown> = Promise.resolve();

  /** One retry, the fewest that kafkajs accepts: retrying is the caller's business. */
  constructor(
    kafka: Kafka,
    private readonly acks: Acks,
  ) {
    this.producer = kafka.producer({
      ...(acks === 'all' && { idempotent: true, maxInFlightRequests: 1 }),
      allowAutoTopicCreation: false,
      createPartitioner: partitioner,
      retry: acks === 'all' ? { initialRetryTime: 50, retries: 1 } : { retries: 0 },
    });
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const topicMessages = [...Map.groupBy(records, ({ topic }) => topic)].map(([topic, ofTopic]) => ({
      topic,
      messages: ofTopic.map(({ key, headers, value }) => ({ key, headers, value })),
    }));
    const acks = this.acks === 'all' ? -1 : 0;
    const sent = this.producer.connect().then(() => this.producer.sendBatch({ topicMessages, acks }));
    this.sending = Promise.allSettled([this.sending, sent]);
    try {
      await sent;
    } catch (error) {
      throw rejectionIn(error) ?? error;
    }
  }

  /** Waits for sends in flight: kafkajs would connect again for them. */
  async close(): Promise<void> {
    await this.sending;
    await this.producer.disconnect();
  }
}

/**
 * Java's choice for messages with a key. One without a key is partitioned by its body, so that kafkajs resends it to the same
 * partition: in another one, the broker would take its sequence number for a duplicate and drop it.
 */
const partitioner: ICustomPartitioner = () => {
  const choose = Partitioners.DefaultPartitioner();
  return ({ message, ...place }) => choose({ ...place, message: { ...message, key: message.key ?? message.value } });
};

/** The broker's error, among the causes of kafkajs's own. */
function rejectionIn(error: unknown): BrokerRejection | undefined {
  const { type, message, cause } = error as { type?: string; message: string; cause?: unknown };
  if (type) return new BrokerRejection(type, message, error);
  return cause instanceof Error ? rejectionIn(cause) : undefined;
}

/** A consumer with the settings of all groups here. */
export const groupConsumer = (kafka: Kafka, group: string, maxBytes?: number): Consumer =>
  kafka.consumer({
    ...(maxBytes && { maxBytes, maxBytesPerPartition: maxBytes / 2 }),
    groupId: group,
    sessionTimeout: SESSION,
    heartbeatInterval: HEARTBEAT,
    rebalanceTimeout: 2 * SESSION,
    maxWaitTimeInMs: FETCH_WAIT,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 10 },
  });

class KafkaJsReader implements RecordReader {
  isAssigned = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: ReaderOptions,
  ) {}

  /** kafkajs recovers by itself from most failures; for the others this rejects. */
  async readUntil(stopping: AbortSignal): Promise<void> {
    const { group, topics, maxBytes } = this.options;
    const consumer = groupConsumer(this.kafka, group, maxBytes);
    const { promise: ended, reject: crash, resolve: end } = Promise.withResolvers<void>();
    consumer.on('consumer.group_join', () => {
      this.isAssigned = true;
    });
    consumer.on('consumer.rebalancing', () => {
      this.isAssigned = false;
    });
    consumer.on('consumer.crash', ({ payload }) => {
      this.isAssigned = false;
      if (!payload.restart) crash(payload.error);
    });
    const commitOffsets = (topic: string, partition: number, offset: string) =>
      consumer.commitOffsets([{ topic, partition, offset: String(BigInt(offset) + 1n) }]);
    stopping.addEventListener('abort', () => end(), { once: true });
    if (stopping.aborted) end();
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: (batch) => this.consumeBatch(batch, commitOffsets),
      });
      await ended;
    } finally {
      this.isAssigned = false;
      await consumer.disconnect().catch(() => {}); // it is not used again
    }
  }

  private async consumeBatch(
    { batch, heartbeat, isRunning, isStale, resolveOffset }: EachBatchPayload,
    commitOffsets: (topic: string, partition: number, offset: string) => Promise<void>,
  ): Promise<void> {
    const { topic, partition, messages } = batch;
    let isRejected = false; // a rejected heartbeat calls for a rebalance
    const beat = () =>
      heartbeat().catch(() => {
        isRejected = true;
      });
    const beating = setInterval(() => void beat(), HEARTBEAT);
    try {
      await this.options.consume({
        topic,
        partition,
        records: messages.map(toRecord),
        isAssigned: () => !isRejected && isRunning() && !isStale(),
        commit({ offset }) {
          resolveOffset(offset);
          return commitOffsets(topic, partition, offset);
        },
      });
    } finally {
      clearInterval(beating);
    }
  }
}

export const toRecord = ({ key, headers = {}, value, offset, timestamp }: KafkaMessage): StoredRecord => ({
  key,
  headers: Object.fromEntries(Object.entries(headers).map(([name, content]) => [name, String(content)])),
  value: value ?? Buffer.alloc(0),
  offset,
  timestamp: Number(timestamp),
});
