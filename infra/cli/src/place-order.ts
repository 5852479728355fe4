import { setTimeout as pause } from 'node:timers/promises';
import { v7 } from 'uuid';
import { request, shortText, Unreachable } from './http.js';

export interface OrderRequest {
  customerId: string;
  email: string;
  items: { sku: string; quantity: number }[];
  paymentToken: string;
}

/** The order was not taken, and asking again would not change that. */
export class OrderRefused extends Error {}

/** What may be asked again: the same key is in flight, too much is waiting, the service or its database is away. */
const PASSING = new Set([409, 429, 500, 502, 503, 504]);
const TRY_AGAIN_AFTER = 500;

/**
 * Places one order, whatever breaks in between: it is asked again with the same Idempotency-Key until there is an
 * answer. Throws OrderRefused, or what `signal` aborted with.
 */
export async function placeOrder(orderApi: string, order: OrderRequest, signal: AbortSignal): Promise<string> {
  const key = v7();
  for (;;) {
    const response = await post(`${orderApi}/orders`, key, order, signal);
    if (response?.status === 202) return ((await response.json()) as { orderId: string }).orderId;
    if (response && !PASSING.has(response.status)) {
      throw new OrderRefused(`the order was refused with ${response.status}: ${await shortText(response)}`);
    }
    await response?.body?.cancel();
    const seconds = Number(response?.headers.get('retry-after') ?? 0);
    await pause(seconds > 0 ? seconds * 1_000 : TRY_AGAIN_AFTER, undefined, { signal });
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
