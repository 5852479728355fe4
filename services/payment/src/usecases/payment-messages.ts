import { PaymentCharged, PaymentFailed, PaymentRefunded } from '@waybill/contracts';
import type { Attempt, Money, RefusalReason, SagaStep } from '../domain/payment.js';

export const paymentCharged = ({ orderId, attempt, saga }: SagaStep, paymentId: string, total: Money) =>
  PaymentCharged.of({ orderId, attempt, saga, paymentId, total });

export const paymentRefunded = ({ orderId, attempt }: Attempt, paymentId: string, total: Money) =>
  PaymentRefunded.of({ orderId, attempt, paymentId, total });

export const paymentFailed = (
  { orderId, attempt, saga }: SagaStep,
  paymentId: string,
  total: Money,
  reason: RefusalReason,
) => PaymentFailed.of({ orderId, attempt, saga, paymentId, total, reason });
