import { randomUUID } from 'node:crypto';
import { backingServices, type FreshDatabase, freshDatabase, until } from '@waybill/testing';
import pg from 'pg';
import type { Logger } from './logger.js';
import type { OutboxMessage, Publisher, PublishOutcome } from './message.js';
import { migrateLibraries, outboxMigrations } from './migrations.js';
import { PostgresOutbox } from './postgres-outbox.js';
import { OutboxRelay, type OutboxRelayOptions } from './relay.js';
import { pgTx } from './tx.js';

/** Stands in for a broker: records the messages that it receives, and responds as the test says. */
export class FakeBroker implements Publisher {
  readonly received: OutboxMessage[] = [];
  /** The outcome of each message, 'published' by default; may throw to simulate an unavailable broker. */
  respond: (message: OutboxMessage) => PublishOutcome | Promise<PublishOutcome> = () => ({ status: 'published' });
  /** Runs after a batch was received and before it is confirmed. */
  beforeConfirm: () => Promise<void> = async () => {};

  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const outcomes: PublishOutcome[] = [];
    for (const message of messages) {
      const blocked = messages.find(
        ({ destination }, i) => outcomes[i]?.status === 'blocked' && destination === message.destination,
      );
      const outcome = blocked ? ({ status: 'blocked', reason: 'behind' } as const) : await this.respond(message);
      if (outcome.status === 'published') this.received.push(message);
      outcomes.push(outcome);
    }
    await this.beforeConfirm();
    return outcomes;
  }

  /** Bodies in the order of their first arrival, without duplicates. */
  firstArrivals(destination?: string): string[] {
    const received = this.received.filter((message) => !destination || message.destination === destination);
    return [...new Set(received.map(({ body }) => Buffer.from(body).toString()))];
  }
}

/** Records log lines as `level: message`. */
export class TestLogger implements Logger {
  readonly lines: string[] = [];
  debug() {}
  info = (_: object, message: string) => void this.lines.push(`info: ${message}`);
  warn = (_: object, message: string) => void this.lines.push(`warn: ${message}`);
  error = (_: object, message: string) => void this.lines.push(`error: ${message}`);
}

/** A database with an outbox, and the relays that run on it. */
export class OutboxHarness {
  private readonly relays: OutboxRelay[] = [];
  private readonly outbox: PostgresOutbox;

  private constructor(
    readonly database: FreshDatabase,
    private readonly schema: string,
    notify: boolean,
  ) {
    this.outbox = new PostgresOutbox({ notify, schema });
  }

  /** In a new database, or in another schema of `database`. */
  static async open({ notify = true, schema = 'waybill', database = undefined as FreshDatabase | undefined } = {}) {
    database ??= await freshDatabase();
    await migrateLibraries(database.pool, { ...outboxMigrations, schema });
    return new OutboxHarness(database, schema, notify);
  }

  /** Stops the relays and deletes all rows: for `afterEach`. */
  async clean(): Promise<void> {
    await Promise.all(this.relays.splice(0).map((relay) => relay.stop()));
    await this.database.pool.query(`TRUNCATE ${this.schema}.outbox, ${this.schema}.outbox_rejected`);
  }

  async close(): Promise<void> {
    await this.clean();
    await this.database.drop();
  }

  async relay(broker: Publisher, options: Partial<OutboxRelayOptions> = {}): Promise<OutboxRelay> {
    const relay = new OutboxRelay({
      connectionString: this.database.url,
      schema: this.schema,
      targets: { broker },
      logger: new TestLogger(),
      pollInterval: 50,
      maxRetryDelay: 200,
      ...options,
    });
    this.relays.push(relay);
    await relay.start();
    return relay;
  }

  /** Adds the messages in one transaction, and commits it or rolls it back. */
  async send(messages: OutboxMessage[], end: 'COMMIT' | 'ROLLBACK' = 'COMMIT'): Promise<void> {
    const client = await this.database.pool.connect();
    try {
      await client.query('BEGIN');
      await this.outbox.add(pgTx(client), ...messages);
      await client.query(end);
    } finally {
      client.release();
    }
  }

  async backlog(): Promise<number> {
    const { rows } = await this.database.pool.query(`SELECT count(*)::int AS count FROM ${this.schema}.outbox`);
    return rows[0].count;
  }

  async untilEmpty(): Promise<void> {
    await until('the outbox is empty', async () => (await this.backlog()) === 0);
  }

  /** Number of relays that have read the outbox, and so have tried to lock shards. */
  async activeRelays(): Promise<number> {
    const { rows } = await this.database.pool.query(
      `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database()
       AND application_name = 'waybill outbox broker' AND query LIKE '%FROM waybill.outbox%'`,
    );
    return rows[0].count;
  }

  /** Terminates connections as an administrator would: by default those that publish. */
  cutConnections(purpose = 'waybill outbox broker'): Promise<number> {
    return this.cut('application_name = $1', purpose);
  }

  /** Only those of relays that hold shards, not of those that wait for them. */
  cutLockHolders(): Promise<number> {
    return this.cut('pid IN (SELECT pid FROM pg_locks WHERE locktype = $1)', 'advisory');
  }

  private async cut(condition: string, param: string): Promise<number> {
    const { rowCount } = await this.database.pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND ${condition}`,
      [param],
    );
    return rowCount ?? 0;
  }

  /** Allows or rejects new connections to the database; existing ones stay. */
  async allowConnections(allowed: boolean): Promise<void> {
    await this.database.pool.query('SELECT 1'); // so that the test has a connection
    const server = new pg.Client({ connectionString: backingServices().postgres });
    await server.connect();
    const name = new URL(this.database.url).pathname.slice(1);
    await server.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS ${allowed}`);
    await server.end();
  }
}

export const message = (body: string, place: Partial<OutboxMessage> = {}): OutboxMessage => ({
  id: randomUUID(),
  target: 'broker',
  destination: 'orders',
  key: 'order-1',
  headers: {},
  body: Buffer.from(body),
  ...place,
});

/** `prefix0`, `prefix1`, ... */
export const series = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
