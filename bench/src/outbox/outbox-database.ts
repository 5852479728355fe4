import {
  migrateLibraries,
  type OutboxMessage,
  OutboxRelay,
  outboxMigrations,
  PostgresOutbox,
  type Publisher,
  pgTx,
} from '@waybill/outbox';
import { type FreshDatabase, freshDatabase } from '@waybill/testing';
import { batchesOf } from './messages.js';

const TRANSACTION_SIZE = 500;

/** A service's database with an outbox, and its relay. */
export class OutboxDatabase {
  private readonly outbox = new PostgresOutbox();

  private constructor(readonly database: FreshDatabase) {}

  static async open(): Promise<OutboxDatabase> {
    const database = await freshDatabase();
    await migrateLibraries(database.pool, outboxMigrations);
    return new OutboxDatabase(database);
  }

  /** Adds the messages as a service does, 500 per transaction. */
  async add(messages: readonly OutboxMessage[]): Promise<void> {
    const client = await this.database.pool.connect();
    try {
      for (const batch of batchesOf(messages, TRANSACTION_SIZE)) {
        await client.query('BEGIN');
        await this.outbox.add(pgTx(client), ...batch);
        await client.query('COMMIT');
      }
    } finally {
      client.release();
    }
  }

  /** Does the clean-up of what ran before, so that it is not measured with what comes next. */
  async settle(): Promise<void> {
    await this.database.pool.query('VACUUM waybill.outbox');
    await this.database.pool.query('CHECKPOINT');
  }

  /** Starts a relay, and stops it once `count` messages are confirmed and deleted. */
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

  /** Starts a relay with default options; the caller stops it. */
  startRelay(publisher: Publisher): OutboxRelay {
    const relay = new OutboxRelay({
      connectionString: this.database.url,
      targets: { kafka: publisher },
      logger: QUIET,
    });
    void relay.start();
    return relay;
  }

  /** Adds `count` rows of 1 KiB quickly, inside the database. */
  async addBySql(count: number): Promise<void> {
    await this.database.pool.query(
      `INSERT INTO waybill.outbox (target, destination, shard, id, key, headers, body)
       SELECT 'kafka', 'orders', n % 8, gen_random_uuid(), 'order-' || n % 1000, '{}', convert_to(rpad(n::text, 1024, 'x'), 'UTF8')
       FROM generate_series(1, $1::int) AS n`,
      [count],
    );
  }

  /** In bytes. */
  async sizes(): Promise<{ table: number; index: number }> {
    const { rows } = await this.database.pool.query(
      `SELECT pg_table_size('waybill.outbox')::float8 AS table, pg_indexes_size('waybill.outbox')::float8 AS index`,
    );
    return rows[0];
  }

  async backlog(): Promise<number> {
    const { rows } = await this.database.pool.query('SELECT count(*)::int AS count FROM waybill.outbox');
    return rows[0].count;
  }
}

const printError = (fields: object, message: string) => console.error(message, fields);
/** Prints warnings and errors only. */
export const QUIET = { debug() {}, info() {}, warn: printError, error: printError };
