import { formatDuration, getJson } from '@waybill/cli';
import { formatState, type OrderResult, placeAndFollow } from './place-and-follow.js';
import type { OrderRequest } from './place-order.js';

/** Places one order and prints each of its states as it happens. */
export async function placeSingleOrder(
  orderApi: string,
  order: OrderRequest,
  { timeout, print }: { timeout: number; print: (line: string) => void },
): Promise<OrderResult> {
  const printTimed = (after: number, text: string) => print(`${formatDuration(after).padStart(8)}  ${text}`);
  const result = await placeAndFollow(orderApi, order, {
    timeout,
    onAccepted: (orderId, after) => printTimed(after, `accepted as ${orderId}`),
    onState: (state, after) => printTimed(after, formatState(state)),
  });
  print(`\n${result.failure ?? (await conclusion(orderApi, result))}`);
  return result;
}

async function conclusion(orderApi: string, { orderId, state }: OrderResult): Promise<string> {
  const { total } = await getJson<{ total: { amount: number; currency: string } }>(`${orderApi}/orders/${orderId}`);
  const price = `${(total.amount / 100).toFixed(2)} ${total.currency}`;
  if (state?.status === 'FAILED' || state?.status === 'CANCELLED') {
    return `The order ended as ${formatState(state)}. Its total was ${price}.`;
  }
  return `The order is confirmed. Total: ${price}`;
}
