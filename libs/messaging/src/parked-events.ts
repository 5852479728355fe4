import type { Tx } from '@waybill/outbox';
import type { Place, StoredEvent } from './kafka-envelope.js';

export interface ParkedEvent extends StoredEvent, Place {
  position: string;
  key: string;
}

/** Events of keys that wait behind a failed one, in the consumer's own database. */
export class ParkedEvents {
  constructor(private readonly consumer: string) {}

  /** Which of these keys have events waiting. */
  async waiting(db: Tx, topic: string, keys: readonly string[]): Promise<Set<string>> {
    const { rows } = await db.query<{ key: string }>(
      'SELECT DISTINCT key FROM waybill.parked WHERE consumer = $1 AND topic = $2 AND key = ANY ($3)',
      [this.consumer, topic, keys],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** Makes everything that touches this key wait for the end of the transaction. */
  async lock(tx: Tx, topic: string, key: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${this.consumer}\n${topic}\n${key}`]);
  }

  /** To be tried after so many milliseconds, and behind what already waits for the key. Twice is once. */
  async park(
    tx: Tx,
    { topic, partition, offset }: Place,
    event: StoredEvent & { key: string },
    attempts: number,
    ms: number,
  ) {
    await tx.query(
      `INSERT INTO waybill.parked (consumer, topic, key, partition, "offset", headers, body, attempts, first_failed_at, due)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN $8 > 0 THEN now() END, now() + $9 * interval '1 ms')
       ON CONFLICT (consumer, topic, partition, "offset") DO NOTHING`,
      [this.consumer, topic, event.key, partition, offset, JSON.stringify(event.headers), event.bytes, attempts, ms],
    );
  }

  /** Up to `limit` keys whose first event is due. */
  async due(db: Tx, limit: number): Promise<{ topic: string; key: string }[]> {
    const { rows } = await db.query<{ topic: string; key: string }>(
      `SELECT topic, key FROM (
         SELECT DISTINCT ON (topic, key) topic, key, due FROM waybill.parked WHERE consumer = $1
         ORDER BY topic, key, position) AS heads
       WHERE due <= now() ORDER BY due LIMIT $2`,
      [this.consumer, limit],
    );
    return rows;
  }

  /** The first event of a key if it is due. The key must be locked. */
  async head(tx: Tx, topic: string, key: string): Promise<ParkedEvent | undefined> {
    const { rows } = await tx.query<ParkedRow>(
      `SELECT *, due <= now() AS is_due FROM waybill.parked
       WHERE consumer = $1 AND topic = $2 AND key = $3 ORDER BY position LIMIT 1`,
      [this.consumer, topic, key],
    );
    return rows[0]?.is_due ? toParked(rows[0]) : undefined;
  }

  async remove(tx: Tx, position: string): Promise<void> {
    await tx.query('DELETE FROM waybill.parked WHERE position = $1', [position]);
  }

  async postpone(tx: Tx, position: string, { attempted, ms }: { attempted: boolean; ms: number }): Promise<void> {
    await tx.query(
      `UPDATE waybill.parked
       SET attempts = attempts + $2, first_failed_at = coalesce(first_failed_at, now()), due = now() + $3 * interval '1 ms'
       WHERE position = $1`,
      [position, attempted ? 1 : 0, ms],
    );
  }
}

interface ParkedRow {
  position: string;
  topic: string;
  key: string;
  partition: number;
  offset: string;
  headers: Record<string, string>;
  body: Buffer;
  attempts: number;
  first_failed_at: Date | null;
  is_due: boolean;
}

function toParked({
  position,
  topic,
  key,
  partition,
  offset,
  headers,
  body,
  attempts,
  first_failed_at,
}: ParkedRow): ParkedEvent {
  return {
    position,
    topic,
    key,
    partition,
    offset,
    headers,
    bytes: body,
    attempt: attempts + 1,
    firstFailedAt: first_failed_at?.toISOString(),
  };
}
