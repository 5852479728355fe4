import type { Tx } from '@waybill/outbox';

/** One delivery: the same message may come to many consumers, each takes it once. */
export interface Delivery {
  /** Who takes it: a service or a consumer group. */
  consumer: string;
  messageId: string;
}

/** Remembers which messages have taken effect. */
export interface Inbox {
  /**
   * Whether the message is new to this consumer. It is marked as taken in the same transaction as its effect, so the mark
   * stays if and only if the effect does. While another transaction holds the same message, waits for its end.
   */
  firstTime(tx: Tx, delivery: Delivery): Promise<boolean>;
  /** The same for many messages at once, in one round trip: those of them that are new. */
  firstTimes(tx: Tx, consumer: string, messageIds: readonly string[]): Promise<Set<string>>;
}

/** Keeps the marks in `waybill.inbox` of the consumer's own database. */
export class PostgresInbox implements Inbox {
  async firstTime(tx: Tx, { consumer, messageId }: Delivery): Promise<boolean> {
    const { rowCount } = await tx.query(
      'INSERT INTO waybill.inbox (consumer, message_id) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [consumer, messageId],
    );
    return rowCount === 1;
  }

  /** In the order of their ids, so that two that take the same messages wait for each other and do not deadlock. */
  async firstTimes(tx: Tx, consumer: string, messageIds: readonly string[]): Promise<Set<string>> {
    const { rows } = await tx.query<{ message_id: string }>(
      `INSERT INTO waybill.inbox (consumer, message_id)
       SELECT $1, id FROM unnest($2::text[]) AS id ORDER BY id
       ON CONFLICT DO NOTHING RETURNING message_id`,
      [consumer, messageIds],
    );
    return new Set(rows.map(({ message_id }) => message_id));
  }
}
