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

const HEARTBEAT_INTERVAL = 1_000;

export interface PaymentDeps {
  database: Database;
  payments: PaymentRepository;
  provider: PaymentProvider;
  outbox: MessageOutbox;
}

/** The saga's steps. Each can be retried at any point: the provider deduplicates by key, the database by attempt. */
export function paymentActivities(deps: PaymentDeps): PaymentActivities {
  return {
    chargePayment: (request) => withHeartbeat(() => charge(deps, request)),
    refundPayment: (request) => withHeartbeat(() => refund(deps, request)),
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
    // The ban may be newer than an earlier try, which may have charged and crashed before it could record that.
    if (activityInfo().attempt > 1) await provider.refund(chargeKeyOf(request), orderId);
    return refuse('CUSTOMER_BANNED');
  }

  const response = await provider.charge(chargeKeyOf(request), { orderId, ...total, token: paymentToken });
  if (response.outcome === 'declined') return refuse('PAYMENT_DECLINED');
  if (response.outcome === 'voided') throw ApplicationFailure.nonRetryable('its refund came before this charge');
  return record({ status: 'SUCCEEDED', providerId: response.id });

  function refuse(reason: RefusalReason): Promise<ChargeResult> {
    return record({ status: 'REFUSED', reason });
  }

  /** The outcome and its event commit together. Of two concurrent tries, the first outcome holds. */
  function record(outcome: PaymentOutcome): Promise<ChargeResult> {
    return database.transaction(async (tx) => {
      const payment = await payments.recordFirst(tx, request, 'charge', total, outcome);
      if (!payment) return resultOf((await payments.find(tx, request, 'charge'))!);
      await outbox.add(tx, chargeEvent({ orderId, attempt }, payment, total));
      return resultOf(payment);
    });
  }
}

async function refund({ database, payments, provider, outbox }: PaymentDeps, request: RefundRequest): Promise<void> {
  const { orderId, attempt } = request;
  if (await payments.find(database.autocommit, request, 'refund')) return;
  const response = await provider.refund(chargeKeyOf(request), orderId);
  if (response.outcome === 'voided') return;

  const total = { amount: response.amount, currency: response.currency };
  await database.transaction(async (tx) => {
    const payment = await payments.recordFirst(tx, request, 'refund', total, {
      status: 'SUCCEEDED',
      providerId: response.id,
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

/** Heartbeats let Temporal reassign the work soon after this worker crashed. */
async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => heartbeat(), HEARTBEAT_INTERVAL);
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
