import type pg from 'pg';
import type { OutboxMessage } from './message.js';
import { shardOf } from './shard.js';

/** A row of the table `outbox`. `seq` is a bigint, kept as text. */
export interface StoredMessage extends OutboxMessage {
  seq: string;
}

export interface ReadRequest {
  target: string;
  shards: Iterable<number>;
  limit: number;
  /** Destinations to leave out. */
  blocked: readonly string[];
  /** Rows to leave out, because they are being published. */
  inFlight: readonly StoredMessage[];
}

/** The relay's statements on the tables `outbox` and `outbox_rejected`, each prepared once per connection. */
export class OutboxTable {
  private readonly readSql: string;
  private readonly removeSql: string;
  private readonly rejectSql: string;
  private readonly replaceSql: string;

  constructor(schema: string) {
    this.readSql = readSql(schema);
    this.removeSql = removeSql(schema);
    this.rejectSql = rejectSql(schema);
    this.replaceSql = replaceSql(schema);
  }

  /** The oldest messages of the shards, in the order of seq. */
  async read(client: pg.Client, request: ReadRequest): Promise<StoredMessage[]> {
    const { target, shards, limit, blocked, inFlight } = request;
    const { rows } = await client.query<StoredMessage>({
      name: 'outbox-read',
      text: this.readSql,
      values: [target, [...shards], limit, blocked, inFlight.map(({ seq }) => seq)],
    });
    return rows;
  }

  /** Deletes what was published. On the connection that holds the shards' locks, so that a relay that lost them deletes nothing. */
  async remove(client: pg.Client, target: string, messages: readonly StoredMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await client.query({
      name: 'outbox-remove',
      text: this.removeSql,
      values: [target, messages.map(({ destination }) => destination), messages.map(({ seq }) => seq)],
    });
  }

  /** Moves a message that can never be published to `outbox_rejected`, in one statement: it is always in one of the two. */
  async reject(client: pg.Client, message: StoredMessage, reason: string): Promise<void> {
    await client.query({
      name: 'outbox-reject',
      text: this.rejectSql,
      values: [message.target, message.destination, message.seq, reason],
    });
  }

  /** Puts another message in the place of one that can never be published, in one statement: one of the two is always there. */
  async replace(
    client: pg.Client,
    message: StoredMessage,
    { body, headers, key, ...other }: OutboxMessage,
  ): Promise<void> {
    await client.query({
      name: 'outbox-replace',
      text: this.replaceSql,
      values: [
        ...[message.target, message.destination, message.seq],
        ...[other.target, other.destination, shardOf(key), other.id, key, JSON.stringify(headers), body],
      ],
    });
  }
}

// Jumps from destination to destination along the primary key, so that a million rows of a blocked one cost nothing.
const readSql = (schema: string) => `
  WITH RECURSIVE places AS (
    (SELECT destination FROM ${schema}.outbox WHERE target = $1 ORDER BY destination LIMIT 1)
    UNION ALL
    SELECT next.destination
    FROM places CROSS JOIN LATERAL (
      SELECT destination FROM ${schema}.outbox
      WHERE target = $1 AND destination > places.destination
      ORDER BY destination LIMIT 1
    ) next
  )
  SELECT oldest.*
  FROM places CROSS JOIN LATERAL (
    SELECT seq, target, destination, id, key, headers, body
    FROM ${schema}.outbox
    WHERE target = $1 AND destination = places.destination AND shard = ANY ($2::smallint[])
      AND seq NOT IN (SELECT unnest($5::bigint[]))
    ORDER BY seq LIMIT $3
  ) oldest
  WHERE places.destination <> ALL ($4::text[])
  ORDER BY oldest.seq LIMIT $3`;

const removeSql = (
  schema: string,
) => `DELETE FROM ${schema}.outbox USING unnest($2::text[], $3::bigint[]) AS done (destination, seq)
           WHERE outbox.target = $1 AND outbox.destination = done.destination AND outbox.seq = done.seq`;

const rejectSql = (schema: string) => `
  WITH rejected AS (
    DELETE FROM ${schema}.outbox WHERE target = $1 AND destination = $2 AND seq = $3
    RETURNING seq, target, destination, id, key, headers, body, created_at
  )
  INSERT INTO ${schema}.outbox_rejected (seq, target, destination, id, key, headers, body, created_at, reason)
  SELECT *, $4 FROM rejected`;

const replaceSql = (schema: string) => `
  WITH replaced AS (DELETE FROM ${schema}.outbox WHERE target = $1 AND destination = $2 AND seq = $3 RETURNING seq)
  INSERT INTO ${schema}.outbox (target, destination, shard, id, key, headers, body)
  SELECT $4, $5, $6::smallint, $7, $8, $9::json, $10::bytea FROM replaced`;
