import { schemaName, type Tx } from '@waybill/outbox';
import { type Place, placeOf, type StoredEvent } from './kafka-envelope.js';

export interface ParkedEvent extends StoredEvent, Place {
  position: string;
}

/** Why an event is parked: it failed and is retried, or is a dead letter, or another event of its key is parked. */
export type Parking =
  | { kind: 'retry'; ms: number; attempted: boolean }
  | { kind: 'dead-lettered' }
  | { kind: 'behind' };

/**
 * Events of keys that wait behind a failed one, in the consumer's own database. Those of a key form a queue, of which only
 * the head is ever due; a head that is a dead letter holds the others back until an operator resolves it. An event without
 * a key has a queue of its own.
 */
export class ParkedEvents {
  private readonly schema: string;

  constructor(
    private readonly consumer: string,
    schema?: string,
  ) {
    this.schema = schemaName(schema);
  }

  /** Which of these keys have parked events. */
  async waiting(db: Tx, topic: string, keys: readonly string[]): Promise<Set<string>> {
    const { rows } = await db.query<{ key: string }>(
      `SELECT DISTINCT key FROM ${this.schema}.parked WHERE consumer = $1 AND topic = $2 AND key = ANY ($3)`,
      [this.consumer, topic, keys],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** Number of parked events, for each topic that has any. */
  async count(db: Tx): Promise<Map<string, number>> {
    const { rows } = await db.query<{ topic: string; count: number }>(
      `SELECT topic, count(*)::integer AS count FROM ${this.schema}.parked WHERE consumer = $1 GROUP BY topic`,
      [this.consumer],
    );
    return new Map(rows.map(({ topic, count }) => [topic, count]));
  }

  /** Everything that touches this key waits for the end of the transaction. */
  async lock(tx: Tx, topic: string, key: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${this.consumer}\n${topic}\n${key}`]);
  }

  /** At the end of its key's queue; the key must be locked. False when it is parked already. */
  async park(tx: Tx, place: Place, event: StoredEvent & { id: string }, parking: Parking): Promise<boolean> {
    const { topic, partition, offset } = place;
    const { id, key, headers, bytes, attempt } = event;
    const { ms, attempted } = parking.kind === 'retry' ? parking : { ms: 0, attempted: false };
    const { rowCount } = await tx.query(parkSql(this.schema), [
      this.consumer,
      topic,
      key ?? placeOf(place),
      key !== null,
      partition,
      offset,
      id,
      JSON.stringify(headers),
      bytes,
      attempt - 1 + (attempted ? 1 : 0),
      parking.kind === 'dead-lettered',
      ms,
    ]);
    return rowCount === 1;
  }

  /** Up to `limit` keys whose first event is due. */
  async due(db: Tx, limit: number): Promise<{ topic: string; key: string }[]> {
    const { rows } = await db.query<{ topic: string; key: string }>(
      `SELECT topic, key FROM ${this.schema}.parked WHERE consumer = $1 AND due <= now() ORDER BY due LIMIT $2`,
      [this.consumer, limit],
    );
    return rows;
  }

  /** The first event of a key if it is due. The key must be locked. */
  async head(tx: Tx, topic: string, key: string): Promise<ParkedEvent | undefined> {
    const { rows } = await tx.query<ParkedRow>(
      `SELECT *, due <= now() AS is_due FROM ${this.schema}.parked
       WHERE consumer = $1 AND topic = $2 AND key = $3 ORDER BY position LIMIT 1`,
      [this.consumer, topic, key],
    );
    return rows[0]?.is_due ? toParked(rows[0]) : undefined;
  }

  /** Makes the next event of its key due. */
  async remove(tx: Tx, position: string): Promise<void> {
    await tx.query(removeSql(this.schema), [position]);
  }

  async postpone(tx: Tx, position: string, { attempted, ms }: { attempted: boolean; ms: number }): Promise<void> {
    await tx.query(
      `UPDATE ${this.schema}.parked
       SET attempts = attempts + $2, first_failed_at = coalesce(first_failed_at, now()), due = now() + $3 * interval '1 ms'
       WHERE position = $1`,
      [position, attempted ? 1 : 0, ms],
    );
  }

  /** Keeps it parked, and the others of its key behind it, until it is released. */
  async markDeadLettered(tx: Tx, position: string): Promise<void> {
    await tx.query(`UPDATE ${this.schema}.parked SET dead_lettered_at = now(), due = 'infinity' WHERE position = $1`, [
      position,
    ]);
  }

  /** Locks the key of a dead-lettered event. Undefined when it is not parked, or no dead letter. */
  async lockDeadLettered(tx: Tx, topic: string, id: string): Promise<{ position: string } | undefined> {
    const { rows } = await tx.query<{ key: string }>(
      `SELECT key FROM ${this.schema}.parked WHERE consumer = $1 AND topic = $2 AND message_id = $3`,
      [this.consumer, topic, id],
    );
    if (!rows[0]) return undefined;
    await this.lock(tx, topic, rows[0].key);
    const found = await tx.query<{ position: string }>(
      `SELECT position FROM ${this.schema}.parked
       WHERE consumer = $1 AND topic = $2 AND message_id = $3 AND dead_lettered_at IS NOT NULL`,
      [this.consumer, topic, id],
    );
    return found.rows[0];
  }

  /** Handles it as if it had never failed, with other bytes if given. */
  async resubmit(tx: Tx, position: string, bytes?: Buffer): Promise<void> {
    await tx.query(resubmitSql(this.schema), [position, bytes ?? null]);
  }
}

const parkSql = (schema: string) => `
  INSERT INTO ${schema}.parked (consumer, topic, key, keyed, partition, "offset", message_id, headers, body, attempts,
    first_failed_at, dead_lettered_at, due)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::integer,
    CASE WHEN $10::integer > 0 THEN now() END,
    CASE WHEN $11::boolean THEN now() END,
    CASE WHEN $11 OR EXISTS (SELECT FROM ${schema}.parked WHERE consumer = $1 AND topic = $2 AND key = $3)
      THEN 'infinity' ELSE now() + $12::float8 * interval '1 ms' END
  ON CONFLICT DO NOTHING`;

const removeSql = (schema: string) => `
  WITH removed AS (DELETE FROM ${schema}.parked WHERE position = $1 RETURNING consumer, topic, key)
  UPDATE ${schema}.parked SET due = now()
  WHERE dead_lettered_at IS NULL AND position = (
    SELECT min(behind.position) FROM ${schema}.parked AS behind JOIN removed USING (consumer, topic, key)
    WHERE behind.position <> $1
  )`;

const resubmitSql = (schema: string) => `
  UPDATE ${schema}.parked AS event
  SET dead_lettered_at = NULL, attempts = 0, first_failed_at = NULL, body = coalesce($2, body),
    headers = CASE WHEN $2 IS NULL THEN headers ELSE (headers::jsonb - 'ce_dataref' - 'ce_datadigest')::json END,
    due = CASE WHEN EXISTS (
      SELECT FROM ${schema}.parked AS before
      WHERE (before.consumer, before.topic, before.key) = (event.consumer, event.topic, event.key)
        AND before.position < event.position
    ) THEN 'infinity' ELSE now() END
  WHERE position = $1`;

interface ParkedRow {
  position: string;
  topic: string;
  key: string;
  keyed: boolean;
  partition: number;
  offset: string;
  headers: Record<string, string>;
  body: Buffer;
  attempts: number;
  first_failed_at: Date | null;
  is_due: boolean;
}

function toParked(row: ParkedRow): ParkedEvent {
  const { position, topic, partition, offset, headers } = row;
  return {
    position,
    topic,
    partition,
    offset,
    key: row.keyed ? row.key : null,
    headers,
    bytes: row.body,
    attempt: row.attempts + 1,
    firstFailedAt: row.first_failed_at?.toISOString(),
  };
}
