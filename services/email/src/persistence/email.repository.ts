import type { Tx } from '@waybill/outbox';
import type { Mail, MailRequest } from '../domain/mail.js';

type MailKey = Pick<MailRequest, 'orderId' | 'attempt' | 'type'>;

/** What was sent. */
export class EmailRepository {
  async wasSent(tx: Tx, { orderId, attempt, type }: MailKey): Promise<boolean> {
    const { rowCount } = await tx.query('SELECT FROM emails WHERE order_id = $1 AND attempt = $2 AND type = $3', [
      orderId,
      attempt,
      type,
    ]);
    return rowCount > 0;
  }

  async noteSent(tx: Tx, { orderId, attempt, type }: MailKey, { to, messageId }: Mail): Promise<void> {
    await tx.query(
      `INSERT INTO emails (order_id, attempt, type, recipient, message_id) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING`,
      [orderId, attempt, type, to, messageId],
    );
  }
}
