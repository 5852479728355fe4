import { type BodyOf, defineEvent } from '@waybill/messaging/contract';
import { z } from 'zod';
import { paymentsEvents } from './topics.js';
import { Attempt, FailureReason, Money, SagaStep } from './values.js';

const subject = ({ orderId }: { orderId: string }) => orderId;
const payment = { paymentId: z.string(), total: Money };

export const PaymentCharged = defineEvent({
  type: 'waybill.PaymentCharged.v1',
  topic: paymentsEvents,
  subject,
  schema: SagaStep.extend(payment),
});
export type PaymentCharged = BodyOf<typeof PaymentCharged>;

export const PaymentFailed = defineEvent({
  type: 'waybill.PaymentFailed.v1',
  topic: paymentsEvents,
  subject,
  schema: SagaStep.extend({ ...payment, reason: FailureReason }),
});
export type PaymentFailed = BodyOf<typeof PaymentFailed>;

export const PaymentRefunded = defineEvent({
  type: 'waybill.PaymentRefunded.v1',
  topic: paymentsEvents,
  subject,
  schema: Attempt.extend(payment),
});
export type PaymentRefunded = BodyOf<typeof PaymentRefunded>;

/** An aborted attempt of a choreographed saga holds no money and never will: it was refunded, or not charged. */
export const PaymentUndone = defineEvent({
  type: 'waybill.PaymentUndone.v1',
  topic: paymentsEvents,
  subject,
  schema: Attempt,
});
export type PaymentUndone = BodyOf<typeof PaymentUndone>;
