import type pg from 'pg';
import { Backoff } from './backoff.js';
import { BatchPublisher } from './batch-publisher.js';
import { connect, disconnect } from './connect.js';
import type { Logger } from './logger.js';
import type { DeadLetterOf, Publisher } from './message.js';
import type { RelayMetrics } from './metrics.js';
import { OutboxTable, type StoredMessage } from './outbox-table.js';
import { ShardLocks } from './shard-locks.js';
import { Signal } from './signal.js';

export interface TargetRelayOptions {
  target: string;
  publisher: Publisher;
  deadLetterOf: DeadLetterOf;
  connectionString: string;
  schema: string;
  logger: Logger;
  metrics: RelayMetrics;
  batchSize: number;
  listen: boolean;
  pollInterval: number;
  minRetryDelay: number;
  maxRetryDelay: number;
  onDeleted(rows: number): void;
}

/** A database connection and the shards that it has locked; they are released when it ends. */
interface Session {
  client: pg.Client;
  locks: ShardLocks;
  /** The deletion of the previous batch, which runs while the broker has the next one. */
  settling: Promise<void>;
  lost?: Error;
}

/**
 * Relays the messages of one target in batches: read, publish, delete. The broker never waits for the database: while it has
 * one batch, the previous one is deleted and the next one is read, in this order, because a connection runs its statements
 * one after the other. A row is deleted only after the broker has confirmed it, and only on the connection that holds its
 * shard's lock, so any failure in between publishes it again, in the same order.
 */
export class TargetRelay {
  private readonly wakeUp = new Signal();
  private readonly stopRequest = new Signal();
  private readonly backoff: Backoff;
  private readonly table: OutboxTable;
  private readonly batches: BatchPublisher;
  private session: Session | undefined;
  private failure: Error | undefined;
  private stopping = false;
  private nextLockAttempt = 0;

  constructor(private readonly options: TargetRelayOptions) {
    this.backoff = new Backoff(options.minRetryDelay, options.maxRetryDelay);
    this.table = new OutboxTable(options.schema);
    this.batches = new BatchPublisher({ ...options, table: this.table });
  }

  /** Ends after `stop()`, when the batch in flight is done. */
  async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.open();
        await this.work(this.session!);
      } catch (error) {
        if (!this.stopping) await this.waitForDatabase(error as Error);
      } finally {
        await this.close();
      }
    }
  }

  get target(): string {
    return this.options.target;
  }

  wake(): void {
    this.wakeUp.send();
  }

  stop(): void {
    this.stopping = true;
    this.wakeUp.send();
    this.stopRequest.send();
  }

  /** Also abandons the batch in flight: its rows stay, and the relay that locks the shards next publishes them again. */
  async close(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    if (session) await disconnect(session.client);
  }

  /** Throws the reason while there is no database connection. */
  assertConnected(): void {
    const reason = this.session ? this.session.lost : (this.failure ?? new Error('not connected yet'));
    if (reason) throw reason;
  }

  private async open(): Promise<void> {
    const { connectionString, schema, target } = this.options;
    const client = await connect(connectionString, `${schema} outbox ${target}`, (reason) => {
      session.lost = reason;
      this.wakeUp.send();
    });
    const session: Session = { client, locks: new ShardLocks(client, schema, target), settling: Promise.resolve() };
    this.session = session;
    this.nextLockAttempt = 0;
  }

  /** Not before something was read or deleted: a database that accepts connections and rejects statements is not available. */
  private recovered(): void {
    const { target, logger } = this.options;
    if (this.failure) logger.info({ target }, 'outbox: the database is available again');
    this.failure = undefined;
    this.backoff.reset();
  }

  private async waitForDatabase(reason: Error): Promise<void> {
    const { target, logger } = this.options;
    if (!this.failure) {
      logger.warn({ err: reason, target }, 'outbox: the database is unavailable, messages wait and are retried');
    }
    this.failure = reason;
    await this.close();
    await this.stopRequest.wait(this.backoff.next());
  }

  private async work(session: Session): Promise<void> {
    const { batchSize, listen, pollInterval } = this.options;
    let next: StoredMessage[] = [];
    while (!this.stopping) {
      if (session.lost) throw session.lost;
      await this.lockFreeShards(session);
      this.wakeUp.clear(); // before the read: a commit during it signals again
      const batch = next.length > 0 ? next : await this.read(session, []);
      const published = batch.length > 0 ? await this.publish(session, batch) : { next: [] };
      next = published?.next ?? [];
      // What is committed after the read of a batch that was not full signals, unless nobody listens.
      const isAll = batch.length === 0 || (published && listen && batch.length < batchSize);
      if (!isAll) continue;
      await session.settling;
      this.recovered();
      await this.wakeUp.wait(Math.min(pollInterval, this.batches.nextRetryIn()));
    }
    await session.settling;
  }

  /** Publishes a batch. Resolves with the next one, which was read meanwhile; with undefined when the broker is unavailable. */
  private async publish(session: Session, batch: StoredMessage[]): Promise<{ next: StoredMessage[] } | undefined> {
    const isFull = batch.length === this.options.batchSize;
    const reading = isFull ? this.read(session, batch) : Promise.resolve([]);
    reading.catch(() => {}); // awaited below: publish must settle first, so that one batch at a time is with the broker

    const outcomes = await this.batches.publish(batch);
    const next = await reading;
    await session.settling; // before there is more to settle, so that a failing database is noticed
    if (!outcomes) {
      await this.stopRequest.wait(this.batches.nextAttemptIn());
      return undefined;
    }
    const blocked = this.batches.recordBlocked(batch, outcomes);
    session.settling = this.batches.settle(session.client, batch, outcomes).then(() => this.recovered());
    session.settling.catch(() => {}); // awaited in the next round
    // Else they would overtake those that just blocked.
    return { next: next.filter(({ destination }) => !blocked.has(destination)) };
  }

  private read({ client, locks }: Session, inFlight: StoredMessage[]): Promise<StoredMessage[]> {
    const { target, batchSize: limit } = this.options;
    const blocked = this.batches.blocked();
    return this.table.read(client, { target, shards: locks.held, limit, blocked, inFlight });
  }

  private async lockFreeShards({ locks }: Session): Promise<void> {
    if (locks.complete || performance.now() < this.nextLockAttempt) return;
    this.nextLockAttempt = performance.now() + this.options.pollInterval;
    const { target, logger } = this.options;
    const shards = await locks.acquire();
    if (shards.length > 0) logger.debug({ target, shards }, 'outbox: locked shards');
  }
}
