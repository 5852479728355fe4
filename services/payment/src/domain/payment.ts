/** Minor units. */
export interface Money {
  amount: number;
  currency: string;
}

/** One run of an order's saga: it is charged at most once, and refunded at most once. */
export interface Attempt {
  orderId: string;
  attempt: number;
}

export type RefusalReason = 'PAYMENT_DECLINED' | 'CUSTOMER_BANNED';

export type PaymentOutcome = { status: 'SUCCEEDED'; providerId: string } | { status: 'REFUSED'; reason: RefusalReason };

/** The provider's idempotency key: the same for every try of an attempt, whoever tries. */
export const chargeKeyOf = ({ orderId, attempt }: Attempt): string => `${orderId}-${attempt}`;
