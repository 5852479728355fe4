import { ApplicationFailure, heartbeat } from '@temporalio/activity';
import type { ChargeResult, PaymentActivities } from '@waybill/contracts';
import type { ChargeOutcome } from '../domain/payment.js';
import { ProviderUnavailable } from '../provider/payment-provider.js';
import { chargePayment } from '../usecases/charge-payment.js';
import type { PaymentDeps } from '../usecases/payment-deps.js';
import { refundPayment } from '../usecases/refund-payment.js';

const HEARTBEAT_INTERVAL = 1_000;

/** The orchestrated saga's entrance. Each step can be retried at any point. */
export function paymentActivities(deps: PaymentDeps): PaymentActivities {
  return {
    chargePayment: (request) => withHeartbeat(async () => resultOf(await chargePayment(deps, request))),
    refundPayment: (request) => withHeartbeat(() => refundPayment(deps, request)),
  };
}

/** A saga charges before it refunds: one whose refund came first has ended, and its charge is not retried. */
function resultOf(outcome: ChargeOutcome): ChargeResult {
  if (outcome.outcome === 'voided') throw ApplicationFailure.nonRetryable('its refund came before this charge');
  return outcome;
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
