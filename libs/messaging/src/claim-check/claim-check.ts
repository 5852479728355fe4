import { createHash } from 'node:crypto';
import { type OutboxMessage, schemaName, type Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import { AMQP_PREFIX, KAFKA_PREFIX } from '../contract/index.js';
import { type BodyReference, bodyReferenceOf, type ReceivedMessage } from '../envelope/index.js';
import { MalformedMessage } from '../outcomes/index.js';
import type { ObjectStore } from './object-store.js';

const KIB = 1_024;
const DAY = 24 * 60 * 60 * 1_000;
const KEY = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export interface ClaimCheckOptions {
  store: ObjectStore;
  /**
   * Statements on the same database as the transactions, over connections of its own: with the transactions' pool, a full
   * pool would deadlock.
   */
  database: Tx;
  /** Bodies of more bytes than this go to the store. Default 256 KiB. */
  threshold?: number;
  /** How long a task's or reply's body is retained, in ms. A dead letter that waits longer loses its body. Default 30 days. */
  taskRetention?: number;
  /** How long an event's body is retained, in ms: as long as its topic retains the event. Default for ever. */
  eventRetention?: number;
  /** A compacted topic keeps the last event of each key for ever, whatever the retention, and so are their bodies kept. */
  compactedTopics?: readonly string[];
  /** PostgreSQL schema of the table. Default `waybill`. */
  schema?: string | undefined;
}

/**
 * Claim check: a body that is too large for a broker goes to an object store, and the message carries a reference to it
 * (CloudEvents `dataref`) with its digest. Upload and commit are two systems: what lies between them is an orphan, which
 * `ClaimCleanUp` removes.
 */
export class ClaimCheck {
  private readonly threshold: number;
  private readonly schema: string;

  constructor(private readonly options: ClaimCheckOptions) {
    this.threshold = options.threshold ?? 256 * KIB;
    this.schema = schemaName(options.schema);
  }

  /**
   * Returns a small message unchanged, a large one with a reference in place of its body. The object is retained if and
   * only if `tx` commits. Rejects when the store is unavailable: then the message cannot be sent.
   */
  async check(tx: Tx, message: OutboxMessage): Promise<OutboxMessage> {
    if (message.body.byteLength <= this.threshold) return message;
    const { store, database } = this.options;
    const key = uuidv7();
    await database.query(`INSERT INTO ${this.schema}.claims (key) VALUES ($1)`, [key]);
    await store.put(key, message.body);
    await this.keep(tx, key, message);
    const prefix = message.target === 'kafka' ? KAFKA_PREFIX : AMQP_PREFIX;
    const reference = { [`${prefix}dataref`]: store.url + key, [`${prefix}datadigest`]: digestOf(message.body) };
    return { ...message, headers: { ...message.headers, ...reference }, body: Buffer.alloc(0) };
  }

  /** Fails when the clean-up has removed the object: after an upload of more than its grace period. */
  private async keep(tx: Tx, key: string, message: OutboxMessage): Promise<void> {
    const keep = this.retentionOf(message);
    const { rowCount } = await tx.query(
      `UPDATE ${this.schema}.claims SET keep_until = CASE WHEN $2::float8 = 'infinity' THEN 'infinity'::timestamptz
         ELSE now() + $2::float8 * interval '1 millisecond' END
       WHERE key = $1 AND keep_until IS NULL`,
      [key, keep === Number.POSITIVE_INFINITY ? 'infinity' : keep],
    );
    if (rowCount !== 1) throw new Error(`the object ${key} was removed before its message was committed`);
  }

  private retentionOf({ target, destination }: OutboxMessage): number {
    const { taskRetention = 30 * DAY, eventRetention = Number.POSITIVE_INFINITY, compactedTopics = [] } = this.options;
    if (target !== 'kafka') return taskRetention;
    return compactedTopics.includes(destination) ? Number.POSITIVE_INFINITY : eventRetention;
  }
}

/**
 * The body that a reference stands for. A reference outside the store, or bytes with another digest, are malformed;
 * a missing object is a transient failure, because a store may be eventually consistent or being restored.
 */
export async function redeem(store: ObjectStore, { dataref, datadigest }: BodyReference): Promise<Buffer> {
  const key = dataref.startsWith(store.url) ? dataref.slice(store.url.length) : '';
  if (!KEY.test(key))
    throw new MalformedMessage(`${dataref} is not in the configured object store, and nothing is read from elsewhere`);
  const bytes = await store.get(key);
  if (!bytes) throw new Error(`${dataref} is not in the object store, or no longer`);
  if (digestOf(bytes) !== datadigest) throw new MalformedMessage(`${dataref} holds other bytes than were sent`);
  return bytes;
}

/** The bytes of a message's body, wherever they are. */
export async function redeemedBody(
  { headers, bytes }: Pick<ReceivedMessage, 'headers' | 'bytes'>,
  store: ObjectStore | undefined,
): Promise<Buffer> {
  const reference = bodyReferenceOf(headers);
  if (!reference) return bytes;
  if (!store) throw new Error(`no object store is configured to read ${reference.dataref} from`);
  return redeem(store, reference);
}

/** As in RFC 9530. */
const digestOf = (bytes: Uint8Array): string => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;
