import { coalesced } from './coalesced.js';
import type { Outbox, OutboxMessage } from './message.js';
import { schemaName } from './schema.js';
import { shardOf } from './shard.js';
import type { Tx } from './tx.js';

export interface PostgresOutboxOptions {
  /**
   * Notifies the relay at commit, so that a message is published within milliseconds. NOTIFY serialises the commits of the
   * whole database server: without it commits run concurrently and the relay finds the rows at its next poll. Default true.
   */
  notify?: boolean;
  /** PostgreSQL schema of the table. Default `waybill`. */
  schema?: string;
}

/** Stores messages in the table `outbox` of the caller's own database. One round trip, however many are added concurrently. */
export class PostgresOutbox implements Outbox {
  private readonly insert: (tx: Tx, messages: readonly OutboxMessage[]) => Promise<void>;

  constructor({ notify = true, schema }: PostgresOutboxOptions = {}) {
    const sql = (notify ? insertAndNotifySql : insertSql)(schemaName(schema));
    this.insert = coalesced(async (tx, messages) => {
      await tx.query(sql, [JSON.stringify(messages.map(toRow))]);
    });
  }

  async add(tx: Tx, ...messages: OutboxMessage[]): Promise<void> {
    if (messages.length > 0) await this.insert(tx, messages);
  }
}

const toRow = ({ id, target, destination, key, headers, body }: OutboxMessage) => ({
  id,
  target,
  destination,
  shard: shardOf(key),
  key,
  headers: Buffer.from(JSON.stringify(headers)).toString('base64'),
  body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
});

// One text parameter, because drivers (pg, Prisma) differ in how they send arrays of bytes. WITH ORDINALITY and ORDER BY make
// seq follow the array's order. Headers are read as one text: PostgreSQL would not take a NUL in one of them.
const insertSql = (schema: string) => `
  INSERT INTO ${schema}.outbox (target, destination, shard, id, key, headers, body)
  SELECT target, destination, shard, id, key, convert_from(decode(headers, 'base64'), 'UTF8')::json, decode(body, 'base64')
  FROM ROWS FROM (json_to_recordset($1::json) AS (target text, destination text, shard smallint, id text, key text,
    headers text, body text)) WITH ORDINALITY AS message (target, destination, shard, id, key, headers, body, place)
  ORDER BY place`;

// PostgreSQL merges identical notifications of a transaction into one. The cast is for Prisma, which cannot read void.
const insertAndNotifySql = (schema: string) => `
  WITH added AS (${insertSql(schema)} RETURNING target)
  SELECT pg_notify('${schema}_outbox', target)::text FROM added GROUP BY target`;
