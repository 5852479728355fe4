import type { Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import {
  type Attempt,
  type AttemptRecord,
  type Charge,
  chargeKeyOf,
  type Money,
  type Refund,
  type RefusalReason,
} from '../domain/payment.js';

export type NewCharge = { status: 'SUCCEEDED'; providerId: string } | { status: 'REFUSED'; reason: RefusalReason };

export interface MovedPayment extends Attempt {
  paymentId: string;
  type: 'charge' | 'refund';
  providerId: string;
}

export interface MovedQuery {
  since: Date;
  until: Date;
  after?: string | undefined;
  limit: number;
}

/** What was asked of the provider and what came of it. At most one charge and one refund per attempt, never changed. */
export class PaymentRepository {
  /**
   * Locks an attempt until the transaction ends, so that its changes and their events have one order, and returns what is
   * recorded. Creates the attempt's row at the first call.
   */
  async lock(tx: Tx, { orderId, attempt }: Attempt): Promise<AttemptRecord> {
    const { rows } = await tx.query<AttemptRow>(
      `INSERT INTO payment_attempts (order_id, attempt) VALUES ($1, $2)
       ON CONFLICT (order_id, attempt) DO UPDATE SET attempt = excluded.attempt RETURNING *`,
      [orderId, attempt],
    );
    // A statement of its own: it sees what was committed while the first one waited.
    const payments = await tx.query<PaymentRow>('SELECT * FROM payments WHERE order_id = $1 AND attempt = $2', [
      orderId,
      attempt,
    ]);
    return toRecord(rows[0]!, payments.rows);
  }

  async beginCharge(tx: Tx, { orderId, attempt }: Attempt, { amount, currency }: Money): Promise<void> {
    await tx.query(
      `UPDATE payment_attempts SET amount = $3, currency = $4, charge_begun_at = now()
       WHERE order_id = $1 AND attempt = $2`,
      [orderId, attempt, amount, currency],
    );
  }

  async requestUndo(tx: Tx, { orderId, attempt }: Attempt): Promise<void> {
    await tx.query(`UPDATE payment_attempts SET undo_requested_at = now() WHERE order_id = $1 AND attempt = $2`, [
      orderId,
      attempt,
    ]);
  }

  async insertCharge(tx: Tx, attempt: Attempt, money: Money, charge: NewCharge): Promise<Charge> {
    const isRefused = charge.status === 'REFUSED';
    const [reason, providerId] = isRefused ? [charge.reason, null] : [null, charge.providerId];
    const paymentId = await insert(tx, attempt, 'charge', charge.status, money, providerId, reason);
    return { paymentId, total: money, ...charge };
  }

  async insertRefund(
    tx: Tx,
    attempt: Attempt,
    money: Money,
    refund: Omit<Refund, 'paymentId' | 'total'>,
  ): Promise<Refund> {
    const { providerId, reason = null } = refund;
    const paymentId = await insert(tx, attempt, 'refund', 'SUCCEEDED', money, providerId, reason);
    return { paymentId, total: money, ...refund };
  }

  /** Of many attempts, without a lock; the attempts that are unknown are omitted. */
  async findMany(tx: Tx, attempts: readonly Attempt[]): Promise<(Attempt & AttemptRecord)[]> {
    const keys = [attempts.map(({ orderId }) => orderId), attempts.map(({ attempt }) => attempt)];
    const wanted = 'WHERE (order_id, attempt) IN (SELECT * FROM unnest($1::uuid[], $2::integer[]))';
    const [rows, payments] = await Promise.all([
      tx.query<AttemptRow>(`SELECT * FROM payment_attempts ${wanted}`, keys),
      tx.query<PaymentRow>(`SELECT * FROM payments ${wanted}`, keys),
    ]);
    const paymentsOf = Map.groupBy(payments.rows, chargeKey);
    return rows.rows.map((row) => ({
      orderId: row.order_id,
      attempt: row.attempt,
      ...toRecord(row, paymentsOf.get(chargeKey(row)) ?? []),
    }));
  }

  /** Payments that moved money, recorded from `since` until `until`, after the one with this id; the oldest first. */
  async moved(tx: Tx, { since, until, after, limit }: MovedQuery): Promise<MovedPayment[]> {
    const { rows } = await tx.query<PaymentRow>(
      `SELECT * FROM payments WHERE status = 'SUCCEEDED' AND at >= $1 AND at < $2 AND payment_id > $3
       ORDER BY payment_id LIMIT $4`,
      [since, until, after ?? '00000000-0000-0000-0000-000000000000', limit],
    );
    return rows.map((row) => ({
      paymentId: row.payment_id,
      orderId: row.order_id,
      attempt: row.attempt,
      type: row.type,
      providerId: row.provider_id!,
    }));
  }

  async isBanned(tx: Tx, customerId: string): Promise<boolean> {
    const { rowCount } = await tx.query('SELECT FROM banned_customers WHERE customer_id = $1', [customerId]);
    return rowCount > 0;
  }
}

async function insert(
  tx: Tx,
  { orderId, attempt }: Attempt,
  type: 'charge' | 'refund',
  status: 'SUCCEEDED' | 'REFUSED',
  { amount, currency }: Money,
  providerId: string | null,
  reason: RefusalReason | null,
): Promise<string> {
  const paymentId = uuidv7();
  await tx.query(
    `INSERT INTO payments (payment_id, order_id, attempt, type, status, reason, amount, currency, provider_id, at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp())`,
    [paymentId, orderId, attempt, type, status, reason, amount, currency, providerId],
  );
  return paymentId;
}

const chargeKey = (row: { order_id: string; attempt: number }) =>
  chargeKeyOf({ orderId: row.order_id, attempt: row.attempt });

interface AttemptRow {
  order_id: string;
  attempt: number;
  amount: string | null;
  currency: string | null;
  charge_begun_at: Date | null;
  undo_requested_at: Date | null;
}

interface PaymentRow {
  order_id: string;
  attempt: number;
  payment_id: string;
  amount: string;
  currency: string;
  type: 'charge' | 'refund';
  status: 'SUCCEEDED' | 'REFUSED';
  reason: RefusalReason | null;
  provider_id: string | null;
}

function toRecord(row: AttemptRow, payments: PaymentRow[]): AttemptRecord {
  const charge = payments.find(({ type }) => type === 'charge');
  const refund = payments.find(({ type }) => type === 'refund');
  const begun = row.charge_begun_at && {
    at: row.charge_begun_at,
    amount: Number(row.amount),
    currency: row.currency!,
  };
  return {
    begun: begun ?? undefined,
    undoRequestedAt: row.undo_requested_at ?? undefined,
    charge: charge && toCharge(charge),
    refund: refund && toRefund(refund),
  };
}

function toCharge(row: PaymentRow): Charge {
  const { payment_id: paymentId, status, reason, provider_id } = row;
  const total = totalOf(row);
  return status === 'SUCCEEDED'
    ? { paymentId, total, status, providerId: provider_id! }
    : { paymentId, total, status, reason: reason! };
}

function toRefund(row: PaymentRow): Refund {
  const { payment_id: paymentId, provider_id, reason } = row;
  return { paymentId, total: totalOf(row), providerId: provider_id!, reason: reason ?? undefined };
}

const totalOf = ({ amount, currency }: PaymentRow): Money => ({ amount: Number(amount), currency });
