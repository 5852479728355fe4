import type pg from 'pg';
import { Backoff } from './backoff.js';
import { connect, disconnect } from './connect.js';
import { Deliveries } from './deliveries.js';
import type { Logger } from './logger.js';
import type { Publisher } from './message.js';
import type { RelayMetrics } from './metrics.js';
import { OutboxTable, type StoredMessage } from './outbox-table.js';
import { ShardLocks } from './shard-locks.js';
import { Wakeup } from './wakeup.js';

export interface LaneOptions {
  target: string;
  publisher: Publisher;
  connectionString: string;
  schema: string;
  metrics: RelayMetrics;
  logger: Logger;
  batchSize: number;
  pollInterval: number;
  firstRetry: number;
  longestRetry: number;
  onDeleted(rows: number): void;
}

/** A connection to the database and the shards that are ours as long as it lives. */
interface Session {
  client: pg.Client;
  locks: ShardLocks;
  /** The deletion of the batch before, which goes on while the next one is with the broker. */
  settling: Promise<void>;
  lost?: Error;
}

/**
 * Publishes the messages of one target, a batch at a time: read, publish, delete. The broker never waits for the database:
 * while it has one batch, the one before is deleted and the next one is read, in this order, for a connection does one
 * after the other. A row is deleted only after the broker has confirmed it and only on the connection that holds its
 * shard's lock, so every way to fail in between publishes it again, in the same order.
 */
export class Lane {
  private readonly turn = new Wakeup();
  private readonly stopRequest = new Wakeup();
  private readonly backoff: Backoff;
  private readonly deliveries: Deliveries;
  private readonly table: OutboxTable;
  private session: Session | undefined;
  private failure: Error | undefined;
  private stopping = false;
  private nextLockTry = 0;

  constructor(private readonly options: LaneOptions) {
    this.backoff = new Backoff(options.firstRetry, options.longestRetry);
    this.table = new OutboxTable(options.schema);
    this.deliveries = new Deliveries({ ...options, table: this.table });
  }

  /** Ends after `stop()`, when the batch in hand is done. */
  async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.open();
        await this.work(this.session!);
      } catch (error) {
        if (!this.stopping) await this.databaseIsAway(error as Error);
      } finally {
        await this.close();
      }
    }
  }

  wake(): void {
    this.turn.ring();
  }

  stop(): void {
    this.stopping = true;
    this.turn.ring();
    this.stopRequest.ring();
  }

  /** Also gives up the batch in hand: its rows stay, and whoever takes the shards publishes them again. */
  async close(): Promise<void> {
    const { session } = this;
    this.session = undefined;
    if (session) await disconnect(session.client);
  }

  /** Throws the reason while the lane has no database. */
  assertConnected(): void {
    const reason = this.session ? this.session.lost : (this.failure ?? new Error('not connected yet'));
    if (reason) throw reason;
  }

  private async open(): Promise<void> {
    const { connectionString, schema, target, logger } = this.options;
    const client = await connect(connectionString, `${schema} outbox ${target}`, (reason) => {
      session.lost = reason;
      this.turn.ring();
    });
    const session: Session = { client, locks: new ShardLocks(client, schema, target), settling: Promise.resolve() };
    this.session = session;
    this.nextLockTry = 0;
    this.backoff.reset();
    if (this.failure) logger.info({ target }, 'outbox: the database is back');
    this.failure = undefined;
  }

  private async databaseIsAway(reason: Error): Promise<void> {
    const { target, logger } = this.options;
    if (!this.failure) logger.warn({ err: reason, target }, 'outbox: the database is away, messages wait');
    this.failure = reason;
    await this.close();
    await this.stopRequest.wait(this.backoff.next());
  }

  private async work(session: Session): Promise<void> {
    let batch: StoredMessage[] = [];
    while (!this.stopping) {
      if (session.lost) throw session.lost;
      await this.takeFreeShards(session);
      this.turn.clear(); // before the read: what commits during it rings again
      if (batch.length === 0) batch = await this.read(session, []);
      if (batch.length > 0) batch = await this.publish(session, batch);
      else {
        await session.settling;
        await this.turn.wait(Math.min(this.options.pollInterval, this.deliveries.nextTryIn()));
      }
    }
    await session.settling;
  }

  /** Publishes a batch and resolves with the next one, which was read meanwhile. */
  private async publish(session: Session, batch: StoredMessage[]): Promise<StoredMessage[]> {
    const isFull = batch.length === this.options.batchSize;
    const reading = isFull ? this.read(session, batch) : Promise.resolve([]);
    reading.catch(() => {}); // looked at below: one batch of a lane at a time is with the broker, whatever fails here

    const outcomes = await this.deliveries.publish(batch);
    const next = await reading;
    await session.settling; // before there is more to settle, so that a database that fails is noticed
    if (!outcomes) {
      await this.stopRequest.wait(this.deliveries.nextAttemptIn());
      return [];
    }
    const blocked = this.deliveries.noteBlocked(batch, outcomes);
    session.settling = this.deliveries.settle(session.client, batch, outcomes);
    session.settling.catch(() => {}); // awaited at the next turn
    return next.filter(({ destination }) => !blocked.has(destination)); // would overtake those that just blocked
  }

  private read({ client, locks }: Session, inFlight: StoredMessage[]): Promise<StoredMessage[]> {
    const { target, batchSize } = this.options;
    return this.table.read(client, {
      target,
      shards: locks.held,
      limit: batchSize,
      blocked: this.deliveries.blocked(),
      inFlight,
    });
  }

  private async takeFreeShards({ locks }: Session): Promise<void> {
    if (locks.complete || performance.now() < this.nextLockTry) return;
    this.nextLockTry = performance.now() + this.options.pollInterval;
    const { target, logger } = this.options;
    const shards = await locks.acquire();
    if (shards.length > 0) logger.debug({ target, shards }, 'outbox: took over shards');
  }
}
