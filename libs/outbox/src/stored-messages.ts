import type pg from 'pg';
import type { OutboxMessage } from './message.js';

/** A row of `waybill.outbox`. `seq` is a bigint, kept as text. */
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
  inHand: readonly StoredMessage[];
}

/** The oldest messages of the shards, in the order of seq. */
export async function read(client: pg.Client, request: ReadRequest): Promise<StoredMessage[]> {
  const { target, shards, limit, blocked, inHand } = request;
  const { rows } = await client.query<StoredMessage>({
    name: 'waybill-outbox-read',
    text: READ,
    values: [target, [...shards], limit, blocked, inHand.map(({ seq }) => seq)],
  });
  return rows;
}

// Jumps from destination to destination along the primary key, so that a million rows of a blocked one cost nothing.
const READ = `
  WITH RECURSIVE places AS (
    (SELECT destination FROM waybill.outbox WHERE target = $1 ORDER BY destination LIMIT 1)
    UNION ALL
    SELECT next.destination
    FROM places CROSS JOIN LATERAL (
      SELECT destination FROM waybill.outbox
      WHERE target = $1 AND destination > places.destination
      ORDER BY destination LIMIT 1
    ) next
  )
  SELECT oldest.*
  FROM places CROSS JOIN LATERAL (
    SELECT seq, target, destination, id, key, headers, body
    FROM waybill.outbox
    WHERE target = $1 AND destination = places.destination AND shard = ANY ($2::smallint[])
      AND seq NOT IN (SELECT unnest($5::bigint[]))
    ORDER BY seq LIMIT $3
  ) oldest
  WHERE places.destination <> ALL ($4::text[])
  ORDER BY oldest.seq LIMIT $3`;

/** Deletes what was published. On the connection that holds the shards' locks, so that who lost them deletes nothing. */
export async function remove(client: pg.Client, target: string, messages: readonly StoredMessage[]): Promise<void> {
  if (messages.length === 0) return;
  await client.query({
    name: 'waybill-outbox-remove',
    text: `DELETE FROM waybill.outbox USING unnest($2::text[], $3::bigint[]) AS done (destination, seq)
           WHERE outbox.target = $1 AND outbox.destination = done.destination AND outbox.seq = done.seq`,
    values: [target, messages.map(({ destination }) => destination), messages.map(({ seq }) => seq)],
  });
}

/** Sets a message aside that can never be published, in one statement: it is always in one of the two tables. */
export async function setAside(client: pg.Client, message: StoredMessage, reason: string): Promise<void> {
  await client.query({
    name: 'waybill-outbox-set-aside',
    text: `WITH refused AS (
             DELETE FROM waybill.outbox WHERE target = $1 AND destination = $2 AND seq = $3
             RETURNING seq, target, destination, id, key, headers, body, created_at
           )
           INSERT INTO waybill.outbox_refused (seq, target, destination, id, key, headers, body, created_at, reason)
           SELECT *, $4 FROM refused`,
    values: [message.target, message.destination, message.seq, reason],
  });
}
