/**
 * Activities that the payment service runs for the saga, on its own Temporal task queue. A definite 'no' is a return
 * value. Only a failure that a retry may fix is an error.
 */
export interface ChargeRequest {
  orderId: string;
  attempt: number;
  customerId: string;
  /** Minor units. */
  amount: number;
  currency: string;
  /** Sealed for this order (`seal` of @waybill/platform): Temporal shows the arguments of activities to anyone. */
  paymentToken: string;
  /** Set when no orchestrator waits for the result: the next step follows from its event. */
  saga?: 'choreography';
}

export type ChargeResult =
  | { outcome: 'charged'; paymentId: string }
  | { outcome: 'refused'; reason: 'PAYMENT_DECLINED' | 'CUSTOMER_BANNED' };

export interface RefundRequest {
  orderId: string;
  attempt: number;
}

export interface PaymentActivities {
  /** Charges an attempt at an order at most once, however often it is called. */
  chargePayment(request: ChargeRequest): Promise<ChargeResult>;
  /** Undoes chargePayment, also one that never happened or is still running: a charge that arrives later is rejected. */
  refundPayment(request: RefundRequest): Promise<void>;
}

export const PAYMENTS_TASK_QUEUE = 'payments';
