import { KAFKA_PREFIX } from '../contract/index.js';
import { bytesOf } from '../envelope/index.js';
import { PartitionQueue, type ReaderOptions, type StoredRecord } from '../kafka-clients/index.js';
import { textOfToken, tokenOf, unescaped } from './escape.js';
import { readHeaders } from './nats-headers.js';
import { KEY_HEADER } from './nats-producer.js';
import { type Partition, topicStreamOf } from './nats-topics.js';
import type { ConsumerMessages, JetStreamClient, JetStreamManager, JsMsg } from './nats-types.js';

/** Names the one priority group that a consumer has. */
const PRIORITY_GROUP = 'members';
/** A reader that asks for nothing for so long, in ms, loses its partition. */
const PIN_TIMEOUT = 5_000;
/** How long the server holds a request that finds no message, in ms. */
const PULL_EXPIRES = 2_000;
/** Messages that are read ahead. */
const UNACKNOWLEDGED = 500;
/** What is not acknowledged is redelivered when the partition has another reader, in order; never after a time. */
const NEVER = 365 * 24 * 3_600_000;
const nanoseconds = (ms: number) => ms * 1_000_000;

/** What it needs of its reader. */
export interface PartitionOwner {
  client: JetStreamClient;
  manager: JetStreamManager;
  options: ReaderOptions;
  /** The last pins of this process, by consumer: those that a lost connection left behind are given up at once. */
  pins: Map<string, string>;
  fail(error: unknown): void;
}

export const partitionConsumerOf = (group: string, partition: number): string => `${tokenOf(group)}-${partition}`;

/** The group whose member has this consumer. */
export const groupOf = (consumer: string): string => textOfToken(consumer.replace(/-\d+$/, ''));

/**
 * Reads one partition by a durable consumer that the server pins to one reader. Whoever gets the pin begins behind the last record
 * that was committed: it resets the consumer, whose deliveries are then numbered from 1. Any other number is of a time before that.
 */
export class PartitionReader {
  isReading = false;
  private readonly stream: string;
  private readonly name: string;
  private readonly queue: PartitionQueue<JsMsg>;
  private messages: ConsumerMessages | undefined;
  private epoch = 0;
  private expected = 1;
  private lastSequence = 0;
  private isResetting = false;
  private isStopped = false;
  private waiting: NodeJS.Timeout | undefined;
  private pin: string | undefined;

  constructor(
    private readonly owner: PartitionOwner,
    readonly place: Partition,
  ) {
    this.stream = topicStreamOf(place.topic);
    this.name = partitionConsumerOf(owner.options.group, place.partition);
    this.queue = new PartitionQueue(
      (messages, epoch) => this.consume(messages, epoch),
      (error) => owner.fail(error),
    );
  }

  /** Creates the consumer when it is missing, and reads as soon as no other reader has it. */
  async start(): Promise<void> {
    const { manager } = this.owner;
    await manager.consumers.add(this.stream, {
      durable_name: this.name,
      filter_subject: this.place.filter,
      ack_policy: 'all',
      deliver_policy: 'all',
      ack_wait: nanoseconds(NEVER),
      max_ack_pending: UNACKNOWLEDGED,
      priority_policy: 'pinned_client',
      priority_groups: [PRIORITY_GROUP],
      priority_timeout: nanoseconds(PIN_TIMEOUT),
    });
    await this.takeOverUnlessPinned();
  }

  /** Nobody has the pin any more. */
  onUnpinned(): void {
    this.takeOver().catch((error) => this.owner.fail(error));
  }

  /** Resolves when the batch in flight has ended. The next reader has the partition at once. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.isReading = false;
    clearTimeout(this.waiting);
    this.epoch++;
    await this.messages?.close();
    await this.queue.end();
    if (this.pin) await this.unpin();
  }

  get key(): string {
    return `${this.stream}.${this.name}`;
  }

  /** Looks again later: a server that hands a consumer over to another one does not say that its pin is gone. */
  private async takeOverUnlessPinned(): Promise<void> {
    const pinned = await this.pinned();
    if (this.isReading || this.isStopped) return;
    if (!pinned) return this.takeOver();
    this.waiting = setTimeout(() => this.takeOverUnlessPinned().catch((error) => this.owner.fail(error)), PIN_TIMEOUT);
    if (pinned === this.owner.pins.get(this.key)) await this.unpin();
  }

  private async pinned(): Promise<string | undefined> {
    const info = (await this.owner.manager.consumers.info(this.stream, this.name)) as PinnedInfo;
    return info.priority_groups?.[0]?.pinned_client_id;
  }

  private async unpin(): Promise<void> {
    await this.owner.manager.consumers.unpin(this.stream, this.name, PRIORITY_GROUP);
  }

  private async takeOver(): Promise<void> {
    if (this.isStopped || this.isResetting) return;
    this.isResetting = true;
    try {
      this.epoch++;
      this.expected = 1;
      this.lastSequence = 0;
      this.pin = undefined;
      await this.owner.manager.consumers.reset(this.stream, this.name);
      if (!this.messages) await this.open();
    } finally {
      this.isResetting = false;
    }
  }

  private async open(): Promise<void> {
    const consumer = await this.owner.client.consumers.get(this.stream, this.name);
    if (this.isStopped) return;
    this.messages = await consumer.consume({
      group: PRIORITY_GROUP,
      max_messages: UNACKNOWLEDGED,
      expires: PULL_EXPIRES,
      abort_on_missing_resource: true,
      callback: (message) => this.receive(message),
    } as Parameters<typeof consumer.consume>[0]);
    this.isReading = true;
    void this.messages.closed().then((error) => {
      if (!this.isStopped) this.owner.fail(error ?? new Error(`${this.name} is read no more`));
    });
  }

  private receive(message: JsMsg): void {
    const { deliverySequence } = message.info;
    if (this.isStopped || (this.isResetting && deliverySequence !== 1)) return;
    if (deliverySequence === 1) {
      if (this.expected !== 1) this.epoch++; // another reader has reset it
      this.lastSequence = 0;
    } else if (deliverySequence !== this.expected) {
      if (this.expected !== 1) this.onUnpinned(); // some are missing
      return;
    }
    this.expected = deliverySequence + 1;
    this.pin = message.headers?.get('Nats-Pin-Id') || this.pin;
    if (this.pin) this.owner.pins.set(this.key, this.pin);
    if (message.seq <= this.lastSequence) return; // redelivered, and still here
    this.lastSequence = message.seq;
    void this.queue.add(message, this.epoch);
  }

  private async consume(messages: readonly JsMsg[], epoch: number): Promise<void> {
    const { topic, partition } = this.place;
    await this.owner.options.consume({
      topic,
      partition,
      records: messages.map(toRecord),
      isAssigned: () => epoch === this.epoch && !this.isStopped,
      commit: ({ offset }) => commit(messages.find(({ seq }) => String(seq) === offset)!),
    });
  }
}

/** Resolves when the server has stored that the group has consumed it and all before it. */
async function commit(message: JsMsg): Promise<void> {
  if (!(await message.ackAck())) throw new Error('the server did not confirm the commit');
}

export function toRecord({ headers, data, seq, time }: Pick<JsMsg, 'headers' | 'data' | 'seq' | 'time'>): StoredRecord {
  const key = headers?.has(KEY_HEADER) ? bytesOf(unescaped(headers.get(KEY_HEADER))) : null;
  return {
    key,
    headers: readHeaders(headers, KAFKA_PREFIX, OWN),
    value: Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    offset: String(seq),
    timestamp: time.getTime(),
  };
}

const OWN = new RegExp(`^${KEY_HEADER}$`, 'i');

/** As the server has it since 2.11. */
interface PinnedInfo {
  priority_groups?: { group: string; pinned_client_id?: string }[];
}
