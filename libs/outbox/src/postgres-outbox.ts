import { gathered } from './gathered.js';
import type { Outbox, OutboxMessage } from './message.js';
import { shardOf } from './shard.js';
import type { Tx } from './tx.js';

export interface PostgresOutboxOptions {
  /**
   * Wakes the relay at commit, so that a message leaves within milliseconds. NOTIFY takes a lock on the whole database
   * server while it commits: turned off, commits run side by side and the relay finds the rows at its next poll.
   * Default true.
   */
  notify?: boolean;
}

/** Keeps messages in `waybill.outbox` of the caller's own database. One round trip, however many are added at the same time. */
export class PostgresOutbox implements Outbox {
  private readonly insert: (tx: Tx, messages: readonly OutboxMessage[]) => Promise<void>;

  constructor({ notify = true }: PostgresOutboxOptions = {}) {
    const sql = notify ? INSERT_AND_NOTIFY : INSERT;
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
const INSERT = `
  INSERT INTO waybill.outbox (target, destination, shard, id, key, headers, body)
  SELECT target, destination, shard, id, key, headers, decode(body, 'base64')
  FROM ROWS FROM (json_to_recordset($1::json) AS (target text, destination text, shard smallint, id text, key text,
    headers json, body text)) WITH ORDINALITY AS message (target, destination, shard, id, key, headers, body, place)
  ORDER BY place`;

// PostgreSQL merges identical notifications of a transaction into one. The cast spares Prisma the type void.
const INSERT_AND_NOTIFY = `WITH added AS (${INSERT}) SELECT pg_notify('waybill_outbox', '')::text`;
