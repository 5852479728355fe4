/** Minor units. */
export interface Money {
  amount: number;
  currency: string;
}

/** One run of an order's saga. It is charged at most once, and refunded at most once. */
export interface Attempt {
  orderId: string;
  attempt: number;
}

export type RefusalReason = 'PAYMENT_DECLINED' | 'CUSTOMER_BANNED';

export type PaymentOutcome = { status: 'SUCCEEDED'; providerId: string } | { status: 'REFUSED'; reason: RefusalReason };

/** The provider's idempotency key: the same for every retry of an attempt, in whichever process. */
export const chargeKeyOf = ({ orderId, attempt }: Attempt): string => `${orderId}-${attempt}`;
