import { sqlStateOf, type Tx } from '@waybill/outbox';
import { KeyInFlight } from './idempotency-keys.js';
import type { HttpResponse, StoredResponse } from './response.js';

const LOCK_TIMEOUT = '55P03';

type Key = { scope: string; key: string };

/** A key of several that were claimed together. */
export interface Claim {
  /** Whether this transaction holds the lock on the key. */
  claimed: boolean;
  stored?: StoredResponse;
}

/** The statements on the table `idempotency_keys`. */
export class KeyTable {
  private readonly wait: number;
  private readonly claimSql: string;
  private readonly claimAllSql: string;
  private readonly storeSql: string;

  constructor(schema: string, wait: number) {
    this.wait = Math.max(1, wait); // PostgreSQL takes 0 for 'without limit'
    this.claimSql = `SELECT status, headers, body, fingerprint FROM ${schema}.claim_idempotency_key($1, $2, $3)`;
    this.claimAllSql = `SELECT claimed, status, headers, body, fingerprint FROM ${schema}.claim_idempotency_keys($1::text[], $2::text[])`;
    this.storeSql = storeSql(schema);
  }

  /** The key's stored response, else the lock on the key until the transaction ends. One round trip. */
  async claim(tx: Tx, { scope, key }: Key): Promise<StoredResponse | undefined> {
    try {
      const { rows } = await tx.query<StoredResponse>(this.claimSql, [scope, key, this.wait]);
      return rows[0];
    } catch (error) {
      if (sqlStateOf(error) === LOCK_TIMEOUT) throw new KeyInFlight();
      throw error;
    }
  }

  /** Claims several keys, all different, without waiting for any. One claim per key, in their order. One round trip. */
  async claimAll(tx: Tx, keys: readonly Key[]): Promise<Claim[]> {
    const { rows } = await tx.query<{ claimed: boolean; status: number | null } & StoredResponse>(this.claimAllSql, [
      keys.map(({ scope }) => scope),
      keys.map(({ key }) => key),
    ]);
    return rows.map(({ claimed, status, ...rest }) =>
      status === null ? { claimed } : { claimed, stored: { status, ...rest } },
    );
  }

  async store(tx: Tx, responses: readonly (readonly [Key & { fingerprint: string }, HttpResponse])[]): Promise<void> {
    const rows = responses.map(([{ scope, key, fingerprint }, { status, headers, body }]) => {
      return { scope, key, fingerprint, status, headers, body: Buffer.from(body).toString('base64') };
    });
    if (rows.length > 0) await tx.query(this.storeSql, [JSON.stringify(rows)]);
  }
}

// One text parameter, because drivers (pg, Prisma) differ in how they send arrays of bytes.
const storeSql = (schema: string) => `
  INSERT INTO ${schema}.idempotency_keys (scope, key, fingerprint, status, headers, body)
  SELECT scope, key, fingerprint, status, headers, decode(body, 'base64')
  FROM json_to_recordset($1::json) AS answered (scope text, key text, fingerprint text, status smallint, headers json,
    body text)`;
