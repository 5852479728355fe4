import { type FailureClass, failureHeaders } from '@waybill/messaging';
import { migrateLibraries, outboxMigrations, pgTx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase, transaction } from '@waybill/testing';
import type { CollectedDeadLetter, DeadLetterSource } from './dead-letter.js';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import { DeadLetterStore } from './dead-letter-store.js';
import { deadLetterMigrations } from './migrations.js';
import { parseDeadLetter, type RawDeadLetter } from './parse-dead-letter.js';

/** Discards logs. */
export const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export type DeadLetterHarness = FreshDatabase & DeadLetterDatabase;

/** A database with the tables of dead letters and the outbox. */
export async function deadLetterDatabase(): Promise<DeadLetterHarness> {
  const database = await freshDatabase();
  await migrateDeadLetters(database.pool);
  return {
    ...database,
    transaction: (work) => transaction(database.pool, (client) => work(pgTx(client))),
    autocommit: pgTx(database.pool as never),
  };
}

/** Creates the tables of dead letters and the outbox in this schema. */
export const migrateDeadLetters = (pool: FreshDatabase['pool'], schema = 'waybill') =>
  migrateLibraries(pool, { ...outboxMigrations, schema }, { ...deadLetterMigrations, schema });

export const TASKS: DeadLetterSource = {
  kind: 'queue',
  name: 'parcels.weigh-dlq',
  source: 'parcels.weigh',
  consumer: 'parcels',
};
export const EVENTS: DeadLetterSource = {
  kind: 'topic',
  name: 'shop.events.mailer-dlq',
  source: 'shop.events',
  consumer: 'mailer',
};

export interface DeadLetterChanges {
  from?: DeadLetterSource;
  messageId?: string;
  type?: string;
  key?: string;
  class?: FailureClass;
  error?: string;
  stack?: string;
  /** Of the last failure. */
  failedAt?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** A dead letter as a Waybill consumer publishes it. */
export function aDeadLetter(changes: DeadLetterChanges = {}): CollectedDeadLetter {
  return parseDeadLetter(changes.from ?? TASKS, rawDeadLetter(changes));
}

export function rawDeadLetter({ from = TASKS, ...changes }: DeadLetterChanges = {}): RawDeadLetter {
  const prefix = from.kind === 'topic' ? 'ce_' : 'cloudEvents:';
  const failedAt = changes.failedAt ?? '2026-01-01T00:00:11.000Z';
  return {
    headers: {
      'content-type': 'application/json',
      [`${prefix}id`]: changes.messageId ?? crypto.randomUUID(),
      [`${prefix}type`]: changes.type ?? 'parcels.Weigh.v1',
      [`${prefix}subject`]: changes.key ?? 'parcel-1',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      ...changes.headers,
      ...failureHeaders({
        source: from.source,
        consumer: from.consumer,
        class: changes.class ?? 'transient',
        error: changes.error ?? 'the scale does not answer',
        stack: changes.stack ?? 'Error: the scale\n    at weigh (file:///app/dist/weigh.js:10:5)',
        attempts: 4,
        firstFailedAt: '2026-01-01T00:00:00.000Z',
        lastFailedAt: failedAt,
      }),
    },
    key: from.kind === 'topic' ? (changes.key ?? 'parcel-1') : null,
    body: Buffer.from(changes.body ?? '{"parcelId":"parcel-1"}'),
  };
}

/** Stores dead letters in order, and returns their ids. */
export async function collect(database: DeadLetterHarness, ...deadLetters: CollectedDeadLetter[]): Promise<string[]> {
  for (const deadLetter of deadLetters)
    await database.transaction((tx) => new DeadLetterStore().collect(tx, deadLetter));
  const { rows } = await database.pool.query<{ id: string; message_id: string }>(
    'SELECT id, message_id FROM waybill.dead_letters',
  );
  return deadLetters.map(({ messageId }) => rows.find((row) => row.message_id === messageId)!.id);
}

export interface SentMessage {
  id: string;
  target: string;
  destination: string;
  key: string | null;
  headers: Record<string, string>;
  body: string;
}

/** The messages in the outbox, in order. */
export async function outboxOf(database: DeadLetterHarness, schema = 'waybill'): Promise<SentMessage[]> {
  const { rows } = await database.pool.query<SentMessage & { body: Buffer }>(
    `SELECT id, target, destination, key, headers, body FROM ${schema}.outbox ORDER BY seq`,
  );
  return rows.map((row) => ({ ...row, body: String(row.body) }));
}
