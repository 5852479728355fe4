import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { idempotencyMigrations, PostgresInbox } from '@waybill/idempotency';
import { AmqplibClient } from '@waybill/messaging';
import { migrateLibraries, type OutboxMessage, outboxMigrations, PostgresOutbox, pgTx } from '@waybill/outbox';
import {
  backingServices,
  type FreshDatabase,
  type FreshTopics,
  type FreshVhost,
  freshDatabase,
  freshTopics,
  freshVhost,
  RabbitQueues,
  transaction,
  until,
} from '@waybill/testing';
import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import type { RelayOptions } from './relay-process.js';

export type Target = 'kafka' | 'rabbitmq';

/** A version of a key as a broker has it; more than once when it was published again. */
interface PublishedRecord {
  messageId: string;
  key: string;
  version: number;
}

export interface Writing {
  writers: number;
  /** Transactions of each writer; without it, until `signal` aborts. */
  transactions?: number;
  signal?: AbortSignal;
  /** Of each writer, one transaction in so many commits two seconds late, or is rolled back. */
  lateEvery?: number;
  rollbackEvery?: number;
  /** Milliseconds between two transactions of a writer. */
  rest?: number;
  /** Ignores transactions that fail, for a database that may be unavailable. */
  continueOnError?: boolean;
}

const NAME = 'versions';
const PARTITIONS = 6;
const LATE = 2_000;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Keys with versions. Writers increment them under the key's row lock and publish them through an outbox: those of every
 * second key to Kafka, the others to RabbitMQ. Relays are processes, which a test may kill.
 */
export class OutboxHarness {
  private readonly outbox = new PostgresOutbox();
  private readonly relays = new Set<ChildProcess>();
  private records: Promise<PublishedRecord[]> | undefined;

  private constructor(
    private readonly keys: readonly string[],
    private readonly database: FreshDatabase,
    private readonly vhost: FreshVhost,
    private readonly topics: FreshTopics,
  ) {}

  static async open(keyCount: number): Promise<OutboxHarness> {
    const keys = Array.from({ length: keyCount }, (_, n) => `key-${n}`);
    const [database, vhost, topics] = await Promise.all([freshDatabase(), freshVhost(), freshTopics()]);
    await migrateLibraries(database.pool, outboxMigrations, idempotencyMigrations);
    await database.pool.query('CREATE TABLE versions (key text PRIMARY KEY, version int NOT NULL DEFAULT 0)');
    await database.pool.query('INSERT INTO versions (key) SELECT unnest($1::text[])', [keys]);
    const harness = new OutboxHarness(keys, database, vhost, topics);
    await harness.declare();
    return harness;
  }

  async close(): Promise<void> {
    await Promise.all([...this.relays].map((relay) => this.kill(relay)));
    await Promise.all([this.database.drop(), this.vhost.drop(), this.topics.drop()]);
  }

  /** Resolves when all writers are done. */
  async write(writing: Writing): Promise<void> {
    await Promise.all(Array.from({ length: writing.writers }, () => this.writer(writing)));
  }

  /** What a writer does that is killed right after its commit: no relay is notified. */
  async writeWithoutNotify(): Promise<void> {
    const outbox = new PostgresOutbox({ notify: false });
    await transaction(this.database.pool, (client) => this.increment(client, this.keys[0]!, 1, outbox));
  }

  startRelay(options: Pick<RelayOptions, 'dieAfterPublishTo'> = {}): ChildProcess {
    const { kafka } = backingServices();
    const { prefix: topicPrefix } = this.topics;
    const addresses = { databaseUrl: this.database.url, rabbitmqUrl: this.vhost.url, kafka, topicPrefix };
    const argument = JSON.stringify({ ...addresses, ...options } satisfies RelayOptions);
    const relay = fork(new URL('relay-process.js', import.meta.url), [argument], {
      execArgv: ['--disable-warning=TimeoutNegativeWarning'], // kafkajs sets timers in the past
    });
    this.relays.add(relay);
    relay.once('exit', () => this.relays.delete(relay));
    return relay;
  }

  /** kill -9; resolves when it is dead. */
  async kill(relay: ChildProcess): Promise<void> {
    if (relay.exitCode !== null || relay.signalCode !== null) return;
    relay.kill('SIGKILL');
    await once(relay, 'exit');
  }

  async backlog(target?: Target): Promise<number> {
    const { rows } = await this.database.pool.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM waybill.outbox WHERE target = coalesce($1, target)',
      [target],
    );
    return rows[0]!.count;
  }

  /** Versions of all keys together. */
  async written(): Promise<number> {
    const { rows } = await this.database.pool.query<{ sum: number }>('SELECT sum(version)::int FROM versions');
    return rows[0]!.sum;
  }

  async untilEmpty(target?: Target): Promise<void> {
    await until(`all for ${target ?? 'both brokers'} is published`, async () => (await this.backlog(target)) === 0, {
      within: '120s',
    });
  }

  /** Every version of every key was published, first occurrences in order. Resolves with the number of records. */
  async expectAllInOrder(): Promise<number> {
    await this.untilEmpty();
    const records = await this.published();
    const firsts = Map.groupBy(firstOccurrences(records), ({ key }) => key);
    const { rows } = await this.database.pool.query<{ key: string; version: number }>('SELECT * FROM versions');
    const wrong = rows.flatMap(({ key, version }) => {
      const published = (firsts.get(key) ?? []).map((record) => record.version);
      const isComplete = published.length === version && published.every((each, n) => each === n + 1);
      return isComplete ? [] : [{ key, version, published }];
    });
    expect(wrong).toEqual([]);
    return records.length;
  }

  /** A consumer with an inbox that handles the records as they came, duplicates too, applies each version once. */
  async expectEffectsOnce(): Promise<void> {
    const inbox = new PostgresInbox();
    const effects: string[] = [];
    await transaction(this.database.pool, async (client) => {
      for (const { messageId, key, version } of await this.published()) {
        const isNew = await inbox.firstTime(pgTx(client), { consumer: NAME, messageId });
        if (isNew) effects.push(`${key}/${version}`);
      }
    });
    expect(new Set(effects).size).toBe(effects.length);
    expect(effects).toHaveLength(await this.written());
  }

  private async writer({ transactions = Infinity, signal, lateEvery, rollbackEvery, rest, continueOnError }: Writing) {
    for (let n = 1; n <= transactions && !signal?.aborted; n++) {
      const key = this.keys[Math.floor(Math.random() * this.keys.length)]!;
      const changes = 1 + (n % 3);
      const rolledBack = new Error('rolled back');
      try {
        await transaction(this.database.pool, async (client) => {
          await this.increment(client, key, changes, this.outbox);
          if (lateEvery && n % lateEvery === 0) await pause(LATE);
          if (rollbackEvery && n % rollbackEvery === 0) throw rolledBack;
        });
      } catch (error) {
        if (error !== rolledBack && !continueOnError) throw error;
      }
      if (rest) await pause(rest);
    }
  }

  private async increment(client: pg.PoolClient, key: string, by: number, outbox: PostgresOutbox): Promise<void> {
    const { rows } = await client.query<{ version: number }>(
      'UPDATE versions SET version = version + $2 WHERE key = $1 RETURNING version',
      [key, by],
    );
    const first = rows[0]!.version - by + 1;
    const versions = Array.from({ length: by }, (_, n) => first + n);
    await outbox.add(pgTx(client), ...versions.map((version) => message(key, version)));
  }

  private async declare(): Promise<void> {
    await this.topics.create(NAME, PARTITIONS);
    const client = new AmqplibClient({ url: this.vhost.url, name: 'declare', logger: quiet });
    await client.declareQueues([{ name: NAME, arguments: { 'x-queue-type': 'quorum' } }]);
    await client.close();
  }

  /** All records of the brokers, in their order; read once, when nothing more comes. */
  private published(): Promise<PublishedRecord[]> {
    this.records ??= Promise.all([this.fromKafka(), this.fromRabbit()]).then((both) => both.flat());
    return this.records;
  }

  private async fromKafka(): Promise<PublishedRecord[]> {
    const topic = this.topics.prefix + NAME;
    const admin = this.topics.kafka.admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topic);
    await admin.disconnect();
    const count = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);

    const found: PublishedRecord[] = [];
    const consumer = this.topics.kafka.consumer({ groupId: `${topic}.reader` });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachBatch: async ({ batch }) => {
        for (const { value } of batch.messages) found.push(JSON.parse(String(value)));
      },
    });
    await until(`all of ${topic} is read`, () => found.length >= count);
    await consumer.disconnect();
    return found;
  }

  private async fromRabbit(): Promise<PublishedRecord[]> {
    const queues = await RabbitQueues.connect(this.vhost.url);
    try {
      return (await queues.takeAll(NAME)).map(({ body }) => JSON.parse(String(body)));
    } finally {
      await queues.close();
    }
  }
}

function message(key: string, version: number): OutboxMessage {
  const id = uuid();
  return {
    id,
    target: targetOf(key),
    destination: NAME,
    key,
    headers: {},
    body: Buffer.from(JSON.stringify({ messageId: id, key, version } satisfies PublishedRecord)),
  };
}

const targetOf = (key: string): Target => (Number(key.split('-')[1]) % 2 ? 'rabbitmq' : 'kafka');

function firstOccurrences(records: readonly PublishedRecord[]): PublishedRecord[] {
  const seen = new Set<string>();
  return records.filter(({ key, version }) => {
    const name = `${key}/${version}`;
    return !seen.has(name) && seen.add(name);
  });
}
