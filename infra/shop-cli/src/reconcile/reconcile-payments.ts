import { jsonBody, request } from '@waybill/cli';
import type { Endpoints } from '../endpoints.js';

/** What payment answers to `POST /reconciliations`. */
export interface Reconciliation {
  since: string;
  until: string;
  entries: number;
  payments: number;
  findings: Finding[];
}

export interface Finding {
  kind: string;
  repaired: boolean;
  orderId?: string;
  attempt?: number;
  type: 'charge' | 'refund';
  providerId: string;
  problem?: string;
}

/** Throws Unreachable, also when the provider is. */
export async function reconcilePayments(
  { payment, operatorToken }: Pick<Endpoints, 'payment' | 'operatorToken'>,
  options: { days: number; repair: boolean },
): Promise<Reconciliation> {
  const response = await request(`${payment}/reconciliations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${operatorToken}` },
    body: JSON.stringify(options),
  });
  return jsonBody<Reconciliation>(response);
}
