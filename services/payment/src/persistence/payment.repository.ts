import type { Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import type { Attempt, Money, PaymentOutcome, RefusalReason } from '../domain/payment.js';

export type PaymentType = 'charge' | 'refund';

export interface Payment {
  paymentId: string;
  outcome: PaymentOutcome;
}

/** Outcomes of charges and refunds. For each attempt the first outcome recorded holds. */
export class PaymentRepository {
  /** Undefined when no outcome is recorded yet. */
  async find(tx: Tx, { orderId, attempt }: Attempt, type: PaymentType): Promise<Payment | undefined> {
    const { rows } = await tx.query<PaymentRow>(
      'SELECT * FROM payments WHERE order_id = $1 AND attempt = $2 AND type = $3::payment_type',
      [orderId, attempt, type],
    );
    return rows[0] && toPayment(rows[0]);
  }

  /** Records an outcome; returns undefined, and changes nothing, when one was recorded before. */
  async recordFirst(tx: Tx, { orderId, attempt }: Attempt, type: PaymentType, money: Money, outcome: PaymentOutcome) {
    const { rows } = await tx.query<PaymentRow>(
      `INSERT INTO payments (payment_id, order_id, attempt, type, status, reason, amount, currency, provider_id)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
       ON CONFLICT (order_id, attempt, type) DO NOTHING RETURNING *`,
      [
        uuidv7(),
        orderId,
        attempt,
        type,
        outcome.status,
        outcome.status === 'REFUSED' ? outcome.reason : null,
        money.amount,
        money.currency,
        outcome.status === 'SUCCEEDED' ? outcome.providerId : null,
      ],
    );
    return rows[0] && toPayment(rows[0]);
  }

  async isBanned(tx: Tx, customerId: string): Promise<boolean> {
    const { rowCount } = await tx.query('SELECT FROM banned_customers WHERE customer_id = $1', [customerId]);
    return rowCount > 0;
  }
}

interface PaymentRow {
  payment_id: string;
  status: 'SUCCEEDED' | 'REFUSED';
  reason: RefusalReason | null;
  provider_id: string | null;
}

function toPayment({ payment_id, status, reason, provider_id }: PaymentRow): Payment {
  const outcome: PaymentOutcome =
    status === 'SUCCEEDED' ? { status, providerId: provider_id! } : { status, reason: reason! };
  return { paymentId: payment_id, outcome };
}
