import type { ChargeRequest } from '@waybill/contracts';
import type { Tx } from '@waybill/outbox';
import { isSealed, open } from '@waybill/platform';
import {
  type Attempt,
  type ChargeOutcome,
  chargeKeyOf,
  type Money,
  nextStep,
  outcomeOf,
  type SagaStep,
} from '../domain/payment.js';
import type { NewCharge } from '../persistence/payment.repository.js';
import type { PaymentDeps } from './payment-deps.js';
import { paymentCharged, paymentFailed } from './payment-messages.js';
import { undoCharge } from './undo-charge.js';

/**
 * Charges an attempt at an order at most once, however often and from wherever it is called, and resolves with what holds.
 * That the charge begins is committed before the provider is asked: whoever finds no outcome later knows that money may have
 * moved. Rejects with ProviderUnavailable when the provider gave no answer; call it again then.
 */
export async function chargePayment(deps: PaymentDeps, request: ChargeRequest): Promise<ChargeOutcome> {
  const { database, payments, provider, paymentTokenKey } = deps;
  const { orderId, customerId, paymentToken, amount, currency } = request;
  const total = { amount, currency };

  const next = await database.transaction(async (tx) => {
    const { begun, ...before } = await payments.lock(tx, request);
    const step = nextStep({ begun, ...before }, await payments.isBanned(tx, customerId));
    if (step.step === 'charge' && !begun) await payments.beginCharge(tx, request, total);
    if (step.step === 'refuse') await record(tx, deps, request, { status: 'REFUSED', reason: step.reason });
    return { ...step, begun: begun ?? { ...total, at: new Date() } };
  });
  if (next.step === 'done') return next.outcome;
  if (next.step === 'refuse') return { outcome: 'refused', reason: next.reason };
  if (next.step === 'undo') {
    const outcome = await undoCharge(deps, request, next.reason);
    return outcome ?? recordFirst(deps, request, { status: 'REFUSED', reason: next.reason });
  }

  // A saga that an earlier version began sends it in the clear.
  const token = isSealed(paymentToken) ? open(paymentToken, paymentTokenKey, orderId) : paymentToken;
  const response = await provider.charge({ key: chargeKeyOf(request), orderId, begun: next.begun, token });
  if (response.outcome === 'voided') return database.transaction((tx) => known(tx, deps, request));
  if (response.outcome === 'declined') {
    return recordFirst(deps, request, { status: 'REFUSED', reason: 'PAYMENT_DECLINED' });
  }
  return recordFirst(deps, request, { status: 'SUCCEEDED', providerId: response.id });
}

/** Of two concurrent tries, the first outcome recorded holds. */
export function recordFirst(deps: PaymentDeps, request: SagaStep & Money, charge: NewCharge): Promise<ChargeOutcome> {
  return deps.database.transaction(async (tx) => {
    const before = outcomeOf(await deps.payments.lock(tx, request));
    if (before) return before;
    await record(tx, deps, request, charge);
    return known(tx, deps, request);
  });
}

/** Stopped by its refund: what that recorded holds. */
async function known(tx: Tx, { payments }: PaymentDeps, request: Attempt): Promise<ChargeOutcome> {
  return outcomeOf(await payments.lock(tx, request)) ?? { outcome: 'voided' };
}

/** The charge and its event commit together. */
async function record(tx: Tx, { payments, outbox }: PaymentDeps, request: SagaStep & Money, charge: NewCharge) {
  const { amount, currency } = request;
  const total = { amount, currency };
  const { paymentId } = await payments.insertCharge(tx, request, total, charge);
  const event =
    charge.status === 'SUCCEEDED'
      ? paymentCharged(request, paymentId, total)
      : paymentFailed(request, paymentId, total, charge.reason);
  await outbox.add(tx, event);
}
