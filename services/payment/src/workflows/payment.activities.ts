import { ApplicationFailure, activityInfo, heartbeat } from '@temporalio/activity';
import {
  type ChargeRequest,
  type ChargeResult,
  type PaymentActivities,
  PaymentCharged,
  PaymentFailed,
  PaymentRefunded,
  type RefundRequest,
} from '@waybill/contracts';
import type { MessageOutbox } from '@waybill/messaging';
import type { Database } from '@waybill/platform';
import { chargeKeyOf, type Money, type PaymentOutcome, type RefusalReason } from '../domain/payment.js';
import type { Payment, PaymentRepository } from '../persistence/payment.repository.js';
import { type PaymentProvider, ProviderUnavailable } from './payment-provider.js';

const HEARTBEAT = 1_000;

export interface PaymentDeps {
  database: Database;
  payments: PaymentRepository;
  provider: PaymentProvider;
  outbox: MessageOutbox;
}

/** What the saga can ask for. Each may be tried again at any point: the provider knows the key, our rows know the attempt. */
export function paymentActivities(deps: PaymentDeps): PaymentActivities {
  return {
    chargePayment: (request) => alive(() => charge(deps, request)),
    refundPayment: (request) => alive(() => refund(deps, request)),
  };
}

async function charge(
  { database, payments, provider, outbox }: PaymentDeps,
  request: ChargeRequest,
): Promise<ChargeResult> {
  const { orderId, attempt, customerId, paymentToken, ...total } = request;
  const known = await payments.find(database.autocommit, request, 'charge');
  if (known) return resultOf(known);
  if (await payments.isBanned(database.autocommit, customerId)) {
    // The ban may be newer than an earlier try, which may have charged and died before it could note that.
    if (activityInfo().attempt > 1) await provider.refund(chargeKeyOf(request), orderId);
    return refuse('CUSTOMER_BANNED');
  }

  const answer = await provider.charge(chargeKeyOf(request), { orderId, ...total, token: paymentToken });
  if (answer.outcome === 'declined') return refuse('PAYMENT_DECLINED');
  if (answer.outcome === 'voided') throw ApplicationFailure.nonRetryable('its refund was faster than this charge');
  return note({ status: 'SUCCEEDED', providerId: answer.id });

  function refuse(reason: RefusalReason): Promise<ChargeResult> {
    return note({ status: 'REFUSED', reason });
  }

  /** The outcome and its event commit together; of two tries that got here, the first one's word holds. */
  function note(outcome: PaymentOutcome): Promise<ChargeResult> {
    return database.transaction(async (tx) => {
      const payment = await payments.noteFirst(tx, request, 'charge', total, outcome);
      if (!payment) return resultOf((await payments.find(tx, request, 'charge'))!);
      await outbox.add(tx, chargeEvent({ orderId, attempt }, payment, total));
      return resultOf(payment);
    });
  }
}

async function refund({ database, payments, provider, outbox }: PaymentDeps, request: RefundRequest): Promise<void> {
  const { orderId, attempt } = request;
  if (await payments.find(database.autocommit, request, 'refund')) return;
  const answer = await provider.refund(chargeKeyOf(request), orderId);
  if (answer.outcome === 'voided') return;

  const total = { amount: answer.amount, currency: answer.currency };
  await database.transaction(async (tx) => {
    const payment = await payments.noteFirst(tx, request, 'refund', total, {
      status: 'SUCCEEDED',
      providerId: answer.id,
    });
    if (payment) await outbox.add(tx, PaymentRefunded.of({ orderId, attempt, paymentId: payment.paymentId, total }));
  });
}

function resultOf({ paymentId, outcome }: Payment): ChargeResult {
  return outcome.status === 'SUCCEEDED'
    ? { outcome: 'charged', paymentId }
    : { outcome: 'refused', reason: outcome.reason };
}

function chargeEvent(attempt: { orderId: string; attempt: number }, { paymentId, outcome }: Payment, total: Money) {
  return outcome.status === 'SUCCEEDED'
    ? PaymentCharged.of({ ...attempt, paymentId, total })
    : PaymentFailed.of({ ...attempt, paymentId, total, reason: outcome.reason });
}

/** Tells Temporal that the work goes on, so that it is given to another worker soon after this one died. */
async function alive<T>(work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => heartbeat(), HEARTBEAT);
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ProviderUnavailable) || !error.retryAfterSeconds) throw error;
    throw ApplicationFailure.create({
      message: error.message,
      nextRetryDelay: error.retryAfterSeconds * 1_000,
      cause: error,
    });
  } finally {
    clearInterval(beat);
  }
}
