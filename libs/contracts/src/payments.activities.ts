/**
 * What the saga asks of the payment service over Temporal: activities on its task queue. A definite 'no' is a value;
 * only what may be better later is an error.
 */
export interface ChargeRequest {
  orderId: string;
  attempt: number;
  customerId: string;
  /** Minor units. */
  amount: number;
  currency: string;
  paymentToken: string;
}

export type ChargeResult =
  | { outcome: 'charged'; paymentId: string }
  | { outcome: 'refused'; reason: 'PAYMENT_DECLINED' | 'CUSTOMER_BANNED' };

export interface RefundRequest {
  orderId: string;
  attempt: number;
}

export interface PaymentActivities {
  /** Charges at most once for an attempt at an order, however often it is called. */
  chargePayment(request: ChargeRequest): Promise<ChargeResult>;
  /** Undoes chargePayment, also when that was never done or is still under way: what comes later is refused. */
  refundPayment(request: RefundRequest): Promise<void>;
}

export const PAYMENTS_TASK_QUEUE = 'payments';
