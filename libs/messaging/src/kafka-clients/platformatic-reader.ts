import type { Consumer, Message, MessagesStream } from '@platformatic/kafka';
import { textOf } from '../envelope/index.js';
import {
  FETCH_WAIT,
  HEARTBEAT,
  type KafkaSettings,
  type ReaderOptions,
  type RecordReader,
  SESSION,
  type StoredRecord,
} from './kafka-client.js';
import { PartitionQueue } from './partition-queue.js';
import { fetchCommittedOnly } from './platformatic-aborted.js';
import { connectionOf, load } from './platformatic-library.js';

type TextConsumer = Consumer<Buffer, Buffer, string, string>;
type TextStream = MessagesStream<Buffer, Buffer, string, string>;
type TextMessage = Message<Buffer, Buffer, string, string>;

/** The same assignment under the same name, so that members with either library can be in one group. */
const KAFKAJS_ASSIGNER = { name: 'RoundRobinAssigner', version: 1 };

/** Reads by @platformatic/kafka. */
export class PlatformaticReader implements RecordReader {
  isAssigned = false;
  /** Grows whenever partitions may be reassigned: records that were read before are dropped, and read again by their owner. */
  private epoch = 0;
  private stream: TextStream | undefined;
  private stopping = AbortSignal.abort();
  /** The epoch of `stream`. */
  private streamEpoch = -1;
  private readonly queues = new Map<string, PartitionQueue<TextMessage>>();
  /** By partition; of this generation. */
  private readonly committed = new Map<string, bigint>();
  private readonly failure = Promise.withResolvers<never>();

  constructor(
    private readonly settings: KafkaSettings,
    private readonly options: ReaderOptions,
  ) {
    this.failure.promise.catch(() => {}); // `readUntil` rejects with it, if it still runs
  }

  async readUntil(stopping: AbortSignal): Promise<void> {
    this.stopping = stopping;
    const stopped = new Promise<void>((resolve) => {
      if (stopping.aborted) resolve();
      stopping.addEventListener('abort', () => resolve(), { once: true });
    });
    const consumer = await this.openConsumer();
    const passing = setInterval(() => void this.commitPassed(consumer), HEARTBEAT);
    try {
      await Promise.race([stopped, this.failure.promise, this.readGenerations(consumer)]);
    } finally {
      clearInterval(passing);
      this.isAssigned = false;
      this.epoch++;
      await Promise.all([...this.queues.values()].map((queue) => queue.end()));
      await consumer.close(true);
    }
  }

  private async openConsumer(): Promise<TextConsumer> {
    const { Consumer, FetchIsolationLevels } = await load();
    const consumer: TextConsumer = new Consumer({
      ...connectionOf(this.settings),
      groupId: this.options.group,
      sessionTimeout: SESSION,
      heartbeatInterval: HEARTBEAT,
      rebalanceTimeout: 2 * SESSION,
      maxWaitTime: FETCH_WAIT,
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
      autocommit: false,
      retries: 10,
      retryDelay: 300,
      protocols: [KAFKAJS_ASSIGNER],
      deserializers: { headerKey: toText, headerValue: toText },
    });
    fetchCommittedOnly(consumer);
    consumer.on('consumer:group:rebalance', () => {
      this.isAssigned = false;
      this.epoch++;
    });
    consumer.on('consumer:heartbeat:stalled', () =>
      this.fail(new Error('the group has received no heartbeat of this member for long')),
    );
    consumer.on('error', (error) => this.fail(error));
    return consumer;
  }

  /**
   * Each generation of the group has a stream of its own, from what is committed: an older stream's records and
   * fetches may be of partitions that other members have by now.
   */
  private async readGenerations(consumer: TextConsumer): Promise<void> {
    let joined = Promise.withResolvers<void>();
    consumer.on('consumer:group:join', () => {
      this.isAssigned = true;
      this.epoch++;
      joined.resolve();
    });
    let older: TextStream | undefined;
    while (!this.stopping.aborted) {
      const topics = [...this.options.topics];
      const stream = await consumer.consume({ topics, mode: 'committed', fallbackMode: 'earliest' });
      joined = Promise.withResolvers();
      this.stream = stream;
      this.streamEpoch = this.epoch;
      this.committed.clear();
      void this.pass(stream, consumer).catch((error) => this.fail(error));
      await older?.close();
      older = stream;
      await joined.promise;
    }
  }

  /** Reads no more while the queue of a partition is full. */
  private async pass(stream: TextStream, consumer: TextConsumer): Promise<void> {
    const { epoch } = this;
    for await (const message of stream) {
      if (epoch !== this.epoch) return;
      await this.queueOf(message, consumer).add(message, epoch);
    }
    if (epoch === this.epoch && !this.stopping.aborted) throw new Error('the stream of records has ended');
  }

  private queueOf({ topic, partition }: TextMessage, consumer: TextConsumer): PartitionQueue<TextMessage> {
    const place = placeOf({ topic, partition });
    let queue = this.queues.get(place);
    if (!queue) {
      queue = new PartitionQueue<TextMessage>(
        (messages, ofEpoch) => this.consume(messages, ofEpoch, consumer),
        (error) => this.fail(error),
      );
      this.queues.set(place, queue);
    }
    return queue;
  }

  private async consume(messages: readonly TextMessage[], epoch: number, consumer: TextConsumer): Promise<void> {
    const { topic, partition, leaderEpoch } = messages[0]!;
    await this.options.consume({
      topic,
      partition,
      records: messages.map(toRecord),
      isAssigned: () => epoch === this.epoch && !this.stopping.aborted,
      commit: ({ offset }) => this.commit(consumer, { topic, partition, leaderEpoch, offset: BigInt(offset) + 1n }),
    });
  }

  private async commit(consumer: TextConsumer, offset: CommitOffset): Promise<void> {
    await consumer.commit({ offsets: [offset] });
    this.committed.set(placeOf(offset), offset.offset);
  }

  /**
   * Control records and aborted transactions never reach a queue: once all that did has been consumed, the group has read as
   * far as the stream has fetched. Called between two turns of the event loop, when no record is on its way to a queue.
   */
  private async commitPassed(consumer: TextConsumer): Promise<void> {
    const offsets = this.passed(consumer);
    for (const offset of offsets) await this.commit(consumer, offset).catch(() => {}); // the next round commits it
  }

  /** All at one moment: while one of them is committed, records of another partition may come. */
  private passed(consumer: TextConsumer): CommitOffset[] {
    const { stream } = this;
    // What an older generation's stream had fetched and dropped is not consumed.
    if (!stream || this.epoch !== this.streamEpoch || !this.isAssigned || stream.readableLength > 0) return [];
    const partitions = (consumer.assignments ?? []).flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    return partitions.flatMap(({ topic, partition }) => {
      const place = placeOf({ topic, partition });
      const fetched = stream.offsetsToFetch.get(`${topic}:${partition}`);
      const committed = this.committed.get(place) ?? stream.offsetsCommitted.get(`${topic}:${partition}`);
      if (fetched === undefined || committed === undefined || fetched <= committed) return [];
      return this.queues.get(place)?.isBusy ? [] : [{ topic, partition, offset: fetched, leaderEpoch: -1 }];
    });
  }

  private fail(error: unknown): void {
    this.failure.reject(error);
  }
}

const toText = (bytes?: Buffer): string => (bytes ? textOf(bytes) : '');
interface CommitOffset {
  topic: string;
  partition: number;
  offset: bigint;
  leaderEpoch: number;
}

const placeOf = ({ topic, partition }: Pick<CommitOffset, 'topic' | 'partition'>): string => `${topic}/${partition}`;

const toRecord = ({ key, headers, value, offset, timestamp }: TextMessage): StoredRecord => ({
  key: key ?? null,
  headers: Object.fromEntries(headers),
  value: value ?? null,
  offset: String(offset),
  timestamp: Number(timestamp),
});
