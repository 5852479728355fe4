import { migrateLibraries, type OutboxMessage, OutboxRelay, outboxMigrations, PostgresOutbox, type Publisher, pgTx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { batchesOf } from './messages.js';

const A_TRANSACTION = 500;

/** A service's database with an outbox, and the relay beside it. */
export class OutboxDatabase {
  private readonly outbox = new PostgresOutbox();

  private constructor(readonly database: FreshDatabase) {}

  static async open(): Promise<OutboxDatabase> {
    const database = await freshDatabase();
    await migrateLibraries(database.pool, outboxMigrations);
    return new OutboxDatabase(database);
  }

  /** Adds them as a service does, 500 in a transaction. */
  async add(messages: readonly OutboxMessage[]): Promise<void> {
    const client = await this.database.pool.connect();
    try {
      for (const batch of batchesOf(messages, A_TRANSACTION)) {
        await client.query('BEGIN');
        await this.outbox.add(pgTx(client), ...batch);
        await client.query('COMMIT');
      }
    } finally {
      client.release();
    }
  }

  /** Work that belongs to what was before, not to what is measured next. */
  async settle(): Promise<void> {
    await this.database.pool.query('VACUUM waybill.outbox');
    await this.database.pool.query('CHECKPOINT');
  }

  /** Starts a relay and stops it as soon as so many are published, deleted and confirmed. */
  async relay(publisher: Publisher, count: number, batchSize?: number): Promise<void> {
    const { promise: all, resolve } = Promise.withResolvers<void>();
    let published = 0;
    const relay = new OutboxRelay({
      connectionString: this.database.url,
      targets: {
        kafka: {
          publish: async (batch) => {
            const outcomes = await publisher.publish(batch);
            published += batch.length;
            if (published >= count) resolve();
            return outcomes;
          },
        },
      },
      logger: QUIET,
      ...(batchSize && { batchSize }),
    });
    await relay.start();
    await all;
    await relay.stop();
  }

  async waiting(): Promise<number> {
    const { rows } = await this.database.pool.query('SELECT count(*)::int AS count FROM waybill.outbox');
    return rows[0].count;
  }
}

const loud = (fields: object, message: string) => console.error(message, fields);
export const QUIET = { debug() {}, info() {}, warn: loud, error: loud };
