import { type BodyOf, defineEvent } from '@waybill/messaging/contract';
import { z } from 'zod';
import { paymentsEvents } from './topics.js';
import { Attempt, FailureReason, Money } from './values.js';

const subject = ({ orderId }: { orderId: string }) => orderId;
const Payment = Attempt.extend({ paymentId: z.string(), total: Money });

export const PaymentCharged = defineEvent({
  type: 'waybill.PaymentCharged.v1',
  topic: paymentsEvents,
  subject,
  schema: Payment,
});
export type PaymentCharged = BodyOf<typeof PaymentCharged>;

export const PaymentFailed = defineEvent({
  type: 'waybill.PaymentFailed.v1',
  topic: paymentsEvents,
  subject,
  schema: Payment.extend({ reason: FailureReason }),
});
export type PaymentFailed = BodyOf<typeof PaymentFailed>;

export const PaymentRefunded = defineEvent({
  type: 'waybill.PaymentRefunded.v1',
  topic: paymentsEvents,
  subject,
  schema: Payment,
});
export type PaymentRefunded = BodyOf<typeof PaymentRefunded>;
