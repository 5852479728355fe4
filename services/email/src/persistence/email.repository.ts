import type { Tx } from '@waybill/outbox';
import type { Mail, MailRequest } from '../domain/mail.js';

type MailKey = Pick<MailRequest, 'orderId' | 'attempt' | 'type'>;

/** What was sent. */
export class EmailRepository {
  /**
   * Notes a mail; false when it was noted before. Who notes it at the same time waits until this transaction ends, and
   * then has its turn only if it was undone.
   */
  async noteFirst(tx: Tx, { orderId, attempt, type }: MailKey, { to, messageId }: Mail): Promise<boolean> {
    const { rowCount } = await tx.query(
      `INSERT INTO emails (order_id, attempt, type, recipient, message_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [orderId, attempt, type, to, messageId],
    );
    return rowCount > 0;
  }
}
