import { setImmediate as aBreath } from 'node:timers/promises';
import type { Consumer, Message, MessagesStream, Producer } from '@platformatic/kafka';
import {
  type Acks,
  BrokerRejection,
  FETCH_WAIT,
  HEARTBEAT,
  type KafkaClient,
  type KafkaSettings,
  type OutgoingRecord,
  type ReaderOptions,
  type RecordProducer,
  type RecordReader,
  SESSION,
  type StoredRecord,
} from './kafka-client.js';

/** Records of a partition that wait for the batch before them; beyond it nothing more is fetched. */
const WAITING = 1_000;

type Library = typeof import('@platformatic/kafka');
type TextConsumer = Consumer<Buffer, Buffer, string, string>;
type TextStream = MessagesStream<Buffer, Buffer, string, string>;
type TextMessage = Message<Buffer, Buffer, string, string>;

/** The same assignment under the same name, so that members with either library can be in one group. */
const AS_KAFKAJS_CALLS_IT = { name: 'RoundRobinAssigner', version: 1 };

/** Kafka by @platformatic/kafka. The library is loaded when it is first used. */
export class PlatformaticClient implements KafkaClient {
  constructor(private readonly settings: KafkaSettings) {}

  producer(acks: Acks): RecordProducer {
    return new PlatformaticProducer(this.settings, acks);
  }

  reader(options: ReaderOptions): RecordReader {
    return new PlatformaticReader(this.settings, options);
  }
}

const load = (): Promise<Library> => import('@platformatic/kafka');

const connectionOf = ({ brokers, clientId }: KafkaSettings) => ({
  bootstrapBrokers: brokers,
  clientId,
  connectTimeout: 3_000,
  requestTimeout: 15_000,
  timeout: 10_000,
  autocreateTopics: false,
});

class PlatformaticProducer implements RecordProducer {
  private opened: Promise<Opened> | undefined;

  constructor(
    private readonly settings: KafkaSettings,
    private readonly acks: Acks,
  ) {}

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    this.opened ??= this.open();
    const { producer, partitionOf } = await this.opened;
    const messages = records.map(({ topic, key, headers, value }) => ({
      topic,
      ...(key !== null && { key: Buffer.from(key) }),
      headers: new Map(Object.entries(headers).map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
      value,
      partition: partitionOf(key ?? value),
    }));
    try {
      await producer.send({ messages, acks: this.acks === 'all' ? -1 : 0, idempotent: this.acks === 'all' });
    } catch (error) {
      throw rejectionIn(error) ?? error;
    }
  }

  async close(): Promise<void> {
    await (await this.opened)?.producer.close();
  }

  private async open(): Promise<Opened> {
    const { murmur2, Producer } = await load();
    const retries = this.acks === 'all' ? 1 : 0;
    const producer = new Producer({ ...connectionOf(this.settings), retries, retryDelay: 50 });
    // The library's own choice takes the hash for unsigned, Java drops its sign.
    return { producer, partitionOf: (key) => murmur2(key) & 0x7fffffff };
  }
}

interface Opened {
  producer: Producer;
  /** To be taken modulo the number of partitions, which the library does. */
  partitionOf(key: string | Buffer): number;
}

/** What the broker said, wherever it is among the reasons. */
function rejectionIn(error: unknown): BrokerRejection | undefined {
  const reasons = reasonsIn(error as Reason);
  const said = reasons.find(({ apiId }) => apiId && apiId !== OF_A_RECORD);
  if (said) return new BrokerRejection(said.apiId!, said.message, error);
  const isUnknown = ({ message }: Reason) => message.startsWith('Unknown topic ');
  const unknown = reasons.find(isUnknown); // the library keeps this answer to itself
  return unknown && new BrokerRejection('UNKNOWN_TOPIC_OR_PARTITION', unknown.message, error);
}

/** The code that the library gives to the broker's words on one record; what they mean has a code of its own beside it. */
const OF_A_RECORD = 'UNKNOWN_SERVER_ERROR';

interface Reason {
  apiId?: string;
  message: string;
  errors?: Reason[];
  cause?: unknown;
}

function reasonsIn(error: Reason): Reason[] {
  const further = error.cause instanceof Error ? [error.cause] : [];
  return [error, ...[...(error.errors ?? []), ...further].flatMap(reasonsIn)];
}

class PlatformaticReader implements RecordReader {
  isAssigned = false;
  /** Grows whenever partitions may change hands: what was read before is then nobody's until it is read again. */
  private epoch = 0;
  private stopping = AbortSignal.abort();
  private readonly lanes = new Map<string, Lane>();
  private readonly failure = Promise.withResolvers<never>();

  constructor(
    private readonly settings: KafkaSettings,
    private readonly options: ReaderOptions,
  ) {
    this.failure.promise.catch(() => {}); // `readUntil` hears of it, if it still runs
  }

  async readUntil(stopping: AbortSignal): Promise<void> {
    this.stopping = stopping;
    const stopped = new Promise<void>((resolve) => {
      if (stopping.aborted) resolve();
      stopping.addEventListener('abort', () => resolve(), { once: true });
    });
    const consumer = await this.openConsumer();
    try {
      await Promise.race([stopped, this.failure.promise, this.readGenerations(consumer)]);
    } finally {
      this.isAssigned = false;
      this.epoch++;
      await Promise.all([...this.lanes.values()].map((lane) => lane.end()));
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
      protocols: [AS_KAFKAJS_CALLS_IT],
      deserializers: { headerKey: String, headerValue: String },
    });
    consumer.on('consumer:group:rebalance', () => {
      this.isAssigned = false;
      this.epoch++;
    });
    consumer.on('consumer:heartbeat:stalled', () =>
      this.fail(new Error('the group has not heard of this member for long')),
    );
    consumer.on('error', (error) => this.fail(error));
    return consumer;
  }

  /**
   * Each generation of the group has a stream of its own, from what is committed: what an older stream had read or asked
   * for may be of partitions that others have by now.
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
      void this.pass(stream, consumer).catch((error) => this.fail(error));
      await older?.close();
      older = stream;
      await joined.promise;
    }
  }

  /** Nothing more is read while a partition has enough that waits. */
  private async pass(stream: TextStream, consumer: TextConsumer): Promise<void> {
    const { epoch } = this;
    for await (const message of stream) {
      if (epoch !== this.epoch) return;
      await this.laneOf(message, consumer).add(message, epoch);
    }
    if (epoch === this.epoch && !this.stopping.aborted) throw new Error('the stream of records has ended');
  }

  private laneOf({ topic, partition }: TextMessage, consumer: TextConsumer): Lane {
    const place = `${topic}/${partition}`;
    let lane = this.lanes.get(place);
    if (!lane) {
      lane = new Lane(
        (messages, ofEpoch) => this.consume(messages, ofEpoch, consumer),
        (error) => this.fail(error),
      );
      this.lanes.set(place, lane);
    }
    return lane;
  }

  private async consume(messages: readonly TextMessage[], epoch: number, consumer: TextConsumer): Promise<void> {
    const { topic, partition, leaderEpoch } = messages[0]!;
    await this.options.consume({
      topic,
      partition,
      records: messages.map(toRecord),
      isOurs: () => epoch === this.epoch && !this.stopping.aborted,
      async commit({ offset }) {
        const next = BigInt(offset) + 1n;
        await consumer.commit({ offsets: [{ topic, partition, offset: next, leaderEpoch }] });
      },
    });
  }

  private fail(error: unknown): void {
    this.failure.reject(error);
  }
}

const toRecord = ({ key, headers, value, offset, timestamp }: TextMessage): StoredRecord => ({
  key: key ?? null,
  headers: Object.fromEntries(headers),
  value: value ?? Buffer.alloc(0),
  offset: String(offset),
  timestamp: Number(timestamp),
});

/** The records of one partition: one batch is consumed after the other, and what comes meanwhile is the next one. */
class Lane {
  private waiting: TextMessage[] = [];
  private epoch = 0;
  private working: Promise<void> | undefined;
  private room = Promise.withResolvers<void>();

  constructor(
    private readonly consume: (messages: readonly TextMessage[], epoch: number) => Promise<void>,
    private readonly fail: (error: unknown) => void,
  ) {}

  /** Resolves when there is room for another. What waits of an earlier epoch is forgotten. */
  async add(message: TextMessage, epoch: number): Promise<void> {
    if (epoch !== this.epoch) this.forget();
    this.epoch = epoch;
    this.waiting.push(message);
    this.working ??= this.work();
    if (this.waiting.length >= WAITING) await this.room.promise;
  }

  /** Resolves when what is in hand has ended. */
  async end(): Promise<void> {
    this.forget();
    await this.working;
  }

  private forget(): void {
    this.waiting = [];
    this.makeRoom();
  }

  /** After a failure it consumes nothing more: what failed has to come first when it is read again. */
  private async work(): Promise<void> {
    await aBreath(); // a batch is what came together
    try {
      while (this.waiting.length > 0) {
        const messages = this.waiting;
        this.waiting = [];
        this.makeRoom();
        await this.consume(messages, this.epoch);
      }
      this.working = undefined;
    } catch (error) {
      this.fail(error);
    }
  }

  private makeRoom(): void {
    this.room.resolve();
    this.room = Promise.withResolvers();
  }
}
