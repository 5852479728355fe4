import type { OutboxMessage } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase, until } from '@waybill/testing';
import type { Producer } from 'kafkajs';
import type pg from 'pg';
import {
  DatabaseSetup,
  getDisabledLogger,
  IsolationLevel,
  initializePollingMessageListener,
} from 'pg-transactional-outbox';
import { batchesOf } from './messages.js';

const setup = {
  outboxOrInbox: 'outbox' as const,
  database: '',
  schema: 'public',
  table: 'outbox',
  listenerRole: '',
  nextMessagesName: 'next_outbox_messages',
};
const BATCH = 100;
const NAME = 'pg-transactional-outbox';

/** The npm package of that name, with its polling listener. */
export class PgTransactionalOutbox {
  private constructor(
    readonly database: FreshDatabase,
    private readonly producer: Producer,
  ) {}

  static async open(producer: Producer): Promise<PgTransactionalOutbox> {
    const database = await freshDatabase();
    await database.pool.query(DatabaseSetup.dropAndCreateTable(setup));
    await database.pool.query(DatabaseSetup.createPollingFunction(setup));
    await database.pool.query(DatabaseSetup.setupPollingIndexes(setup));
    return new PgTransactionalOutbox(database, producer);
  }

  /** 'parallel' lets it publish concurrently, in any order. */
  async add(messages: readonly OutboxMessage[]): Promise<void> {
    await this.database.pool.query('TRUNCATE outbox');
    for (const batch of batchesOf(messages, 500)) {
      const rows = batch.map(({ id, destination, key, headers, body }) => ({
        id,
        aggregate_type: destination,
        aggregate_id: key,
        message_type: headers.ce_type,
        concurrency: 'parallel',
        payload: JSON.parse(body.toString()),
        metadata: headers,
      }));
      await this.database.pool.query(
        `INSERT INTO outbox (id, aggregate_type, aggregate_id, message_type, concurrency, payload, metadata)
         SELECT id, aggregate_type, aggregate_id, message_type, concurrency, payload, metadata
         FROM json_populate_recordset(NULL::outbox, $1::json)`,
        [JSON.stringify(rows)],
      );
    }
  }

  async relay(count: number): Promise<void> {
    const { promise: all, resolve } = Promise.withResolvers<void>();
    let published = 0;
    const [shutdown] = initializePollingMessageListener(
      {
        outboxOrInbox: 'outbox',
        dbListenerConfig: { connectionString: this.database.url, application_name: NAME, max: 30 } as pg.PoolConfig, // becomes the configuration of its pools
        settings: {
          dbSchema: setup.schema,
          dbTable: setup.table,
          enableMaxAttemptsProtection: false,
          enablePoisonousMessageProtection: false,
          messageCleanupIntervalInMs: 0,
          nextMessagesFunctionName: setup.nextMessagesName,
          nextMessagesBatchSize: BATCH,
          nextMessagesLockInMs: 60_000,
          nextMessagesPollingIntervalInMs: 10,
        },
      },
      {
        handle: async ({ aggregateType: topic, aggregateId: key, metadata, payload }) => {
          const headers = metadata as Record<string, string>;
          await this.producer.send({ topic, messages: [{ key, headers, value: JSON.stringify(payload) }], acks: -1 });
          if (++published === count) resolve();
        },
      },
      getDisabledLogger(),
      {
        batchSizeStrategy: async () => BATCH,
        messageProcessingTransactionLevelStrategy: () => IsolationLevel.ReadCommitted,
      },
    );
    await all;
    await this.untilNone('SELECT FROM outbox WHERE processed_at IS NULL LIMIT 1');
    await shutdown();
  }

  /** Its connections end shortly after `shutdown` has resolved. */
  async close(): Promise<void> {
    await this.untilNone(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = '${NAME}'`,
    );
    await this.database.drop();
  }

  private untilNone(rows: string): Promise<boolean> {
    return until('it is done', async () => (await this.database.pool.query(rows)).rowCount === 0, { within: '60s' });
  }
}
