import { gathered } from './gathered.js';
import type { Outbox, OutboxMessage } from './message.js';
import { schemaName } from './schema.js';
import { shardOf } from './shard.js';
import type { Tx } from './tx.js';

export interface PostgresOutboxOptions {
  /**
   * Wakes the relay at commit, so that a message leaves within milliseconds. NOTIFY takes a lock on the whole database
   * server while it commits: turned off, commits run side by side and the relay finds the rows at its next poll.
   * Default true.
   */
  notify?: boolean;
  /** PostgreSQL schema of the table. Default `waybill`. */
  schema?: string;
}

/** Stores messages in the table `outbox` of the caller's own database. One round trip, however many are added at the same time. */
export class PostgresOutbox implements Outbox {
  private readonly insert: (tx: Tx, messages: readonly OutboxMessage[]) => Promise<void>;

  constructor({ notify = true, schema }: PostgresOutboxOptions = {}) {
    const sql = (notify ? insertAndNotifySql : insertSql)(schemaName(schema));
    this.insert = gathered(async (tx, messages) => {
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
  headers,
  body: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
});

// One text parameter, because arrays of bytes are where drivers (pg, Prisma) differ. rows() keeps the array's order, and
// ORDER BY makes seq follow it.
const insertSql = (schema: string) => `
  INSERT INTO ${schema}.outbox (target, destination, shard, id, key, headers, body)
  SELECT target, destination, shard, id, key, headers, decode(body, 'base64')
  FROM ROWS FROM (json_to_recordset($1::json) AS (target text, destination text, shard smallint, id text, key text,
    headers json, body text)) WITH ORDINALITY AS message (target, destination, shard, id, key, headers, body, place)
  ORDER BY place`;

// PostgreSQL merges identical notifications of a transaction into one. The cast spares Prisma the type void.
const insertAndNotifySql = (schema: string) =>
  `WITH added AS (${insertSql(schema)}) SELECT pg_notify('${schema}_outbox', '')::text`;
