import type { RefundRequest } from '@waybill/contracts';
import type { PaymentDeps } from './payment-deps.js';
import { undoCharge } from './undo-charge.js';

/**
 * Undoes the charge of an attempt, also one that never happened, is still running or was never recorded. Once it resolves,
 * the attempt holds no money and never will. Rejects with ProviderUnavailable when the provider gave no answer; call it
 * again then.
 */
export async function refundPayment(deps: PaymentDeps, request: RefundRequest): Promise<void> {
  await undoCharge(deps, request);
}
