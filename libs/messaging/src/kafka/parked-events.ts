import { schemaName, type Tx } from '@waybill/outbox';
import { storableKey, withoutBodyReference } from '../envelope/index.js';
import { type Place, placeOf, type StoredEvent } from './kafka-envelope.js';
import { keyBytesOf, type ParkedEvent, type ParkedRow, parkedTable, toParked } from './parked-table.js';

/**
 * Why an event is parked: it failed and is retried, or is still being handled and not due before `ms` have passed, or is a dead
 * letter, or another event of its key is parked.
 */
export type Parking =
  | { kind: 'retry'; ms: number; attempted: boolean }
  | { kind: 'dead-lettered' }
  | { kind: 'behind' };

export interface ParkedTopic {
  events: number;
  /** An event without a key counts as one of its own. */
  keys: number;
  oldestAgeSeconds: number;
}

interface DeadLetteredEvent {
  position: string;
  headers: Record<string, string>;
}

/**
 * Events of keys that wait behind a failed or slow one, in the consumer's own database. Those of a key form a queue, of which
 * only the head is ever due; a head that is a dead letter holds the others back until an operator resolves it. An event without
 * a key has a queue of its own. Who claims an event has it until its lease ends, and renews the lease while it works.
 */
export class ParkedEvents {
  private readonly sql: ReturnType<typeof parkedTable>;

  constructor(
    private readonly consumer: string,
    schema?: string,
  ) {
    this.sql = parkedTable(schemaName(schema));
  }

  /** Which of these keys have parked events. */
  async waiting(db: Tx, topic: string, keys: readonly string[]): Promise<Set<string>> {
    const byStored = new Map(keys.map((key) => [storableKey(key), key]));
    const { rows } = await db.query<{ key: string }>(this.sql.waiting, [this.consumer, topic, [...byStored.keys()]]);
    return new Set(rows.map(({ key }) => byStored.get(key)!));
  }

  /** What is parked, for each topic of which anything is. */
  async depth(db: Tx): Promise<Map<string, ParkedTopic>> {
    const { rows } = await db.query<ParkedTopic & { topic: string }>(this.sql.depth, [this.consumer]);
    return new Map(rows.map(({ topic, ...depth }) => [topic, depth]));
  }

  /** Everything that touches this key waits for the end of the transaction. */
  async lock(tx: Tx, topic: string, key: string): Promise<void> {
    await this.lockStored(tx, topic, storableKey(key));
  }

  /** At the end of its key's queue; the key must be locked. Resolves with its position; undefined when it is parked already. */
  async park(
    tx: Tx,
    place: Place,
    event: StoredEvent & { identity: string },
    parking: Parking,
  ): Promise<string | undefined> {
    const { topic, partition, offset } = place;
    const { identity, key, headers, bytes, attempt } = event;
    const { ms, attempted } = parking.kind === 'retry' ? parking : { ms: 0, attempted: false };
    const stored = key === null ? placeOf(place) : storableKey(key);
    const { rows } = await tx.query<{ position: string }>(this.sql.park, [
      this.consumer,
      topic,
      stored,
      key !== null,
      keyBytesOf(key, stored),
      partition,
      offset,
      identity,
      JSON.stringify(headers),
      bytes,
      attempt - 1 + (attempted ? 1 : 0),
      parking.kind === 'dead-lettered',
      ms,
    ]);
    return rows[0]?.position;
  }

  /** Claims up to `limit` events that are due, each the first of its key, for `lease` ms; none of the topics in `except`. */
  async claimDue(db: Tx, limit: number, lease: number, except: readonly string[] = []): Promise<ParkedEvent[]> {
    const { rows } = await db.query<ParkedRow>(this.sql.claimDue, [this.consumer, limit, lease, except]);
    return rows.map(toParked);
  }

  /** Extends the leases. */
  async renew(db: Tx, positions: readonly string[], lease: number): Promise<void> {
    await db.query(this.sql.renew, [positions, lease]);
  }

  /** Makes the next event of its key due after `lease` ms, and resolves with it. The key must be locked. */
  async remove(tx: Tx, position: string, lease = 0): Promise<ParkedEvent | undefined> {
    const { rows } = await tx.query<ParkedRow>(this.sql.remove, [position, lease]);
    return rows[0] && toParked(rows[0]);
  }

  async postpone(tx: Tx, position: string, { attempted, ms }: { attempted: boolean; ms: number }): Promise<void> {
    await tx.query(this.sql.postpone, [position, attempted ? 1 : 0, ms]);
  }

  /** Keeps it parked, and the others of its key behind it, until it is released. False when it is a dead letter already. */
  async markDeadLettered(tx: Tx, { position, headers }: ParkedEvent): Promise<boolean> {
    return (await tx.query(this.sql.markDeadLettered, [position, JSON.stringify(headers)])).rowCount === 1;
  }

  /** Locks the key of a dead-lettered event. Undefined when it is not parked, or no dead letter. */
  async lockDeadLettered(tx: Tx, topic: string, identity: string): Promise<DeadLetteredEvent | undefined> {
    const place = [this.consumer, topic, identity];
    const { rows } = await tx.query<{ key: string }>(this.sql.keyOf, place);
    if (!rows[0]) return undefined;
    await this.lockStored(tx, topic, rows[0].key);
    return (await tx.query<DeadLetteredEvent>(this.sql.deadLettered, place)).rows[0];
  }

  /** Handles it as if it had never failed, with other bytes if given. */
  async resubmit(tx: Tx, { position, headers }: DeadLetteredEvent, bytes?: Buffer): Promise<void> {
    const ofEdited = bytes && JSON.stringify(withoutBodyReference(headers));
    await tx.query(this.sql.resubmit, [position, bytes ?? null, ofEdited ?? null]);
  }

  private async lockStored(tx: Tx, topic: string, key: string): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${this.consumer}\n${topic}\n${key}`]);
  }
}
