import type { Tx } from '@waybill/outbox';
import type { Mail, MailRequest } from '../domain/mail.js';

type MailKey = Pick<MailRequest, 'orderId' | 'attempt' | 'type'>;

/** Sent mails. */
export class EmailRepository {
  /**
   * Records a mail; false when it was recorded before. A concurrent transaction with the same mail waits for this one to
   * end, and records it only after a rollback.
   */
  async recordFirst(tx: Tx, { orderId, attempt, type }: MailKey, { to, messageId }: Mail): Promise<boolean> {
    const { rowCount } = await tx.query(
      `INSERT INTO emails (order_id, attempt, type, recipient, message_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [orderId, attempt, type, to, messageId],
    );
    return rowCount > 0;
  }
}
