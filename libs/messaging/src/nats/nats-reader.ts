import { setTimeout as pause } from 'node:timers/promises';
import { newMessageId } from '../envelope/index.js';
import type { ReaderOptions, RecordReader } from '../kafka-clients/index.js';
import { GroupMembers } from './group-members.js';
import { connectNats, loadNats, REQUEST_TIMEOUT } from './nats-library.js';
import type { NatsSettings } from './nats-settings.js';
import { type Partition, partitionsOf, topicStreamOf } from './nats-topics.js';
import type { NatsConnection } from './nats-types.js';
import { type PartitionOwner, PartitionReader } from './partition-reader.js';

const RETRY_AFTER = 500;
/** How long a new member waits for the others to say that they are there, in ms. */
const ACQUAINTANCE = 300;
const UNPINNED = '$JS.EVENT.ADVISORY.CONSUMER.UNPINNED';

/** Reads topics as a member of a group; after a failure on a new connection, when what was in flight has ended. */
export class NatsReader implements RecordReader {
  private readonly partitions = new Map<string, PartitionReader>();
  private readonly pins: PartitionOwner['pins'] = new Map();
  private isDealt = false;

  constructor(
    private readonly settings: NatsSettings,
    private readonly options: ReaderOptions,
  ) {}

  get isAssigned(): boolean {
    return this.isDealt && [...this.partitions.values()].every(({ isReading }) => isReading);
  }

  async readUntil(stopping: AbortSignal): Promise<void> {
    const { logger } = this.settings;
    while (!stopping.aborted) {
      try {
        await this.readOnce(stopping);
      } catch (error) {
        logger.debug({ err: error, group: this.options.group }, 'could not read from NATS, trying again');
        await pause(RETRY_AFTER, undefined, { signal: stopping }).catch(() => {}); // it stops
      }
    }
  }

  /** Rejects when the connection or a partition fails. */
  private async readOnce(stopping: AbortSignal): Promise<void> {
    const connection = await connectNats(this.settings);
    const { promise: failure, reject: fail } = Promise.withResolvers<never>();
    failure.catch(() => {}); // it may come while what was in flight ends
    void connection.closed().then((error) => fail(error ?? new Error('the connection to NATS ended')));
    let members: GroupMembers | undefined;
    let dealing: Promise<void> = Promise.resolve();
    try {
      const { jetstream, jetstreamManager } = await loadNats();
      const manager = await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT });
      const client = jetstream(connection, { timeout: REQUEST_TIMEOUT });
      const owner: PartitionOwner = { client, manager, options: this.options, pins: this.pins, fail };
      const topics = [...this.options.topics].sort();
      const all = (await Promise.all(topics.map((topic) => partitionsOf(manager, topic)))).flat();
      this.watchPins(owner, connection);
      let isAcquainted = false;
      const deal = () => {
        if (isAcquainted) dealing = dealing.then(() => this.deal(members!.shareOf(all), owner)).catch(fail);
      };
      const self = { id: newMessageId(), topics: this.options.topics };
      members = new GroupMembers(connection, this.options.group, self, { change: deal, failure: fail });
      members.join();
      await pause(ACQUAINTANCE, undefined, { signal: stopping }).catch(() => {}); // it stops
      isAcquainted = true;
      deal();
      await Promise.race([aborted(stopping), failure]);
    } finally {
      this.isDealt = false;
      await dealing;
      await this.stopAll();
      members?.leave();
      await connection.close();
    }
  }

  /** The server says when a partition has no reader any more: its last one died, or gave it up. */
  private watchPins({ fail }: PartitionOwner, connection: NatsConnection): void {
    for (const topic of this.options.topics) {
      const subject = `${UNPINNED}.${topicStreamOf(topic)}.*`;
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (error) fail(error);
          else this.partitions.get(message.subject.slice(UNPINNED.length + 1))?.onUnpinned();
        },
      });
    }
  }

  /** Stops what is another member's before it starts what is new. */
  private async deal(share: readonly Partition[], owner: PartitionOwner): Promise<void> {
    const wanted = share.map((place) => new PartitionReader(owner, place));
    const keys = new Set(wanted.map(({ key }) => key));
    await this.stopAll(({ key }) => !keys.has(key));
    const added = wanted.filter(({ key }) => !this.partitions.has(key));
    for (const partition of added) this.partitions.set(partition.key, partition);
    await Promise.all(added.map((partition) => partition.start()));
    this.isDealt = true;
  }

  private async stopAll(which: (partition: PartitionReader) => boolean = () => true): Promise<void> {
    const leaving = [...this.partitions.values()].filter(which);
    for (const { key } of leaving) this.partitions.delete(key);
    await Promise.allSettled(leaving.map((partition) => partition.stop()));
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
