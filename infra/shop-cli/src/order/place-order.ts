import { setTimeout as sleep } from 'node:timers/promises';
import { problemText, request, Unreachable } from '@waybill/cli';
import { v7 } from 'uuid';

export interface OrderRequest {
  customerId: string;
  email: string;
  items: { sku: string; quantity: number }[];
  paymentToken: string;
}

/** The order was rejected, and a retry would not change that. */
export class OrderRejected extends Error {}

/** The same key is in flight, the system is overloaded, or the service or its database is unavailable. */
const RETRYABLE = new Set([409, 429, 500, 502, 503, 504]);
const RETRY_DELAY = 500;

/**
 * Places one order, whatever fails in between: retries with the same Idempotency-Key until there is a response. Throws
 * OrderRejected, or the reason of `signal`.
 */
export async function placeOrder(orderApi: string, order: OrderRequest, signal: AbortSignal): Promise<string> {
  const key = v7();
  for (;;) {
    const response = await post(`${orderApi}/orders`, key, order, signal);
    if (response?.status === 202) return ((await response.json()) as { orderId: string }).orderId;
    if (response && !RETRYABLE.has(response.status)) {
      throw new OrderRejected(`the order was rejected with ${response.status}: ${await problemText(response)}`);
    }
    await response?.body?.cancel();
    const seconds = Number(response?.headers.get('retry-after') ?? 0);
    await sleep(seconds > 0 ? seconds * 1_000 : RETRY_DELAY, undefined, { signal });
  }
}

async function post(url: string, key: string, order: OrderRequest, signal: AbortSignal): Promise<Response | undefined> {
  try {
    return await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(order),
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Unreachable) return undefined;
    throw error;
  }
}
