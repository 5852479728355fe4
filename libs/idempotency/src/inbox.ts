import { schemaName, type Tx } from '@waybill/outbox';

/** One delivery: the same message may be delivered to several consumers, and takes effect once in each. */
export interface Delivery {
  /** The consumer: a service or a consumer group. */
  consumer: string;
  messageId: string;
}

/** Remembers which messages have taken effect. */
export interface Inbox {
  /**
   * Whether the message is new to this consumer. It is marked in the same transaction as its effect, so the mark is committed
   * if and only if the effect is. While another transaction holds the same message, waits for its end.
   */
  firstTime(tx: Tx, delivery: Delivery): Promise<boolean>;
  /** The same for many messages in one round trip: the ids of those that are new. */
  firstTimes(tx: Tx, consumer: string, messageIds: readonly string[]): Promise<Set<string>>;
}

export interface PostgresInboxOptions {
  /** PostgreSQL schema of the table. Default `waybill`. */
  schema?: string;
}

/** Stores the marks in the table `inbox` of the consumer's own database. */
export class PostgresInbox implements Inbox {
  private readonly markSql: string;
  private readonly markAllSql: string;

  constructor({ schema }: PostgresInboxOptions = {}) {
    const table = `${schemaName(schema)}.inbox`;
    this.markSql = `INSERT INTO ${table} (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`;
    this.markAllSql = `INSERT INTO ${table} (consumer, message_id)
       SELECT $1, id FROM unnest($2::text[]) AS id ORDER BY id
       ON CONFLICT DO NOTHING RETURNING message_id`;
  }

  async firstTime(tx: Tx, { consumer, messageId }: Delivery): Promise<boolean> {
    const { rowCount } = await tx.query(this.markSql, [consumer, messageId]);
    return rowCount === 1;
  }

  /** Marks in the order of the ids, so that two transactions with the same messages wait for each other and never deadlock. */
  async firstTimes(tx: Tx, consumer: string, messageIds: readonly string[]): Promise<Set<string>> {
    const { rows } = await tx.query<{ message_id: string }>(this.markAllSql, [consumer, messageIds]);
    return new Set(rows.map(({ message_id }) => message_id));
  }
}
