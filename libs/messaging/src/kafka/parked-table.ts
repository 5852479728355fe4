import { bytesOf, textOf } from '../envelope/index.js';
import type { Place, StoredEvent } from './kafka-envelope.js';

export interface ParkedEvent extends StoredEvent, Place {
  position: string;
}

/** A row of the table `parked`. */
export interface ParkedRow {
  position: string;
  topic: string;
  key: string;
  keyed: boolean;
  key_bytes: Buffer | null;
  partition: number;
  offset: string;
  headers: Record<string, string>;
  body: Buffer;
  attempts: number;
  first_failed_at: Date | null;
}

export function toParked(row: ParkedRow): ParkedEvent {
  const { position, topic, partition, offset, headers, key_bytes } = row;
  const key = key_bytes ? textOf(key_bytes) : row.key;
  return {
    position,
    topic,
    partition,
    offset,
    key: row.keyed ? key : null,
    headers,
    bytes: row.body,
    attempt: row.attempts + 1,
    firstFailedAt: row.first_failed_at?.toISOString(),
  };
}

/** Null when the column `key` says it all. */
export const keyBytesOf = (key: string | null, stored: string): Buffer | null =>
  key === null || key === stored ? null : bytesOf(key);

/** The statements on the table `parked`. `$1` is the consumer or a position. */
export function parkedTable(schema: string) {
  const table = `${schema}.parked`;
  return {
    // One probe of the index for each key, however many events of it are parked.
    waiting: `
      SELECT key FROM unnest($3::text[]) AS key
      WHERE EXISTS (SELECT FROM ${table} AS parked WHERE (consumer, topic, parked.key) = ($1, $2, key.key))`,
    depth: `
      SELECT topic, count(*)::integer AS events, count(DISTINCT key)::integer AS keys,
        extract(epoch FROM now() - min(parked_at))::float8 AS "oldestAgeSeconds"
      FROM ${table} WHERE consumer = $1 GROUP BY topic`,
    park: `
      INSERT INTO ${table} (consumer, topic, key, keyed, key_bytes, partition, "offset", identity, headers, body, attempts,
        first_failed_at, dead_lettered_at, due)
      SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::integer,
        CASE WHEN $11::integer > 0 THEN now() END,
        CASE WHEN $12::boolean THEN now() END,
        CASE WHEN $12 OR EXISTS (SELECT FROM ${table} WHERE consumer = $1 AND topic = $2 AND key = $3)
          THEN 'infinity' ELSE now() + $13::float8 * interval '1 ms' END
      ON CONFLICT DO NOTHING RETURNING position`,
    claimDue: `
      UPDATE ${table} SET due = now() + $3::float8 * interval '1 ms'
      WHERE position IN (
        SELECT position FROM ${table} WHERE consumer = $1 AND due <= now() AND topic <> ALL ($4::text[])
        ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED
      )
      RETURNING *`,
    renew: `
      UPDATE ${table} SET due = now() + $2::float8 * interval '1 ms'
      WHERE position = ANY ($1::bigint[]) AND due <> 'infinity'`,
    // From the removed one on, because its dead predecessors are still in the index until a vacuum.
    remove: `
      WITH removed AS (DELETE FROM ${table} WHERE position = $1 RETURNING consumer, topic, key)
      UPDATE ${table} SET due = now() + $2::float8 * interval '1 ms'
      WHERE dead_lettered_at IS NULL AND position = (
        SELECT behind.position FROM removed CROSS JOIN LATERAL (
          SELECT position FROM ${table} AS behind
          WHERE (behind.consumer, behind.topic, behind.key) = (removed.consumer, removed.topic, removed.key)
            AND behind.position > $1
          ORDER BY behind.position LIMIT 1
        ) AS behind
      )
      RETURNING *`,
    postpone: `
      UPDATE ${table}
      SET attempts = attempts + $2::integer, due = now() + $3::float8 * interval '1 ms',
        first_failed_at = CASE WHEN $2::integer > 0 THEN coalesce(first_failed_at, now()) ELSE first_failed_at END
      WHERE position = $1 AND dead_lettered_at IS NULL`,
    markDeadLettered: `
      UPDATE ${table} SET dead_lettered_at = now(), due = 'infinity', headers = $2::json
      WHERE position = $1 AND dead_lettered_at IS NULL`,
    keyOf: `SELECT key FROM ${table} WHERE consumer = $1 AND topic = $2 AND identity = $3`,
    deadLettered: `
      SELECT position, headers FROM ${table}
      WHERE consumer = $1 AND topic = $2 AND identity = $3 AND dead_lettered_at IS NOT NULL`,
    resubmit: `
      UPDATE ${table} AS event
      SET dead_lettered_at = NULL, attempts = 0, first_failed_at = NULL, body = coalesce($2, body),
        headers = coalesce($3::json, headers),
        due = CASE WHEN EXISTS (
          SELECT FROM ${table} AS before
          WHERE (before.consumer, before.topic, before.key) = (event.consumer, event.topic, event.key)
            AND before.position < event.position
        ) THEN 'infinity' ELSE now() END
      WHERE position = $1`,
  };
}
