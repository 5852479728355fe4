import { written } from './duration.js';
import { getJson } from './http.js';
import type { OrderRequest } from './place-order.js';
import { type OrderRun, outcomeOf, runOrder } from './run-order.js';
import type { Order } from './system.js';

/** Places one order and prints each of its states as it happens. */
export async function oneOrder(
  orderApi: string,
  order: OrderRequest,
  { timeout, print }: { timeout: number; print: (line: string) => void },
): Promise<OrderRun> {
  const timed = (at: number, text: string) => print(`${written(at).padStart(8)}  ${text}`);
  const run = await runOrder(orderApi, order, {
    timeout,
    onAccepted: (orderId, at) => timed(at, `accepted as ${orderId}`),
    onState: (state, at) => timed(at, outcomeOf(state)),
  });
  print(run.failure ? `\n${run.failure}` : `\n${await ending(orderApi, run)}`);
  return run;
}

async function ending(orderApi: string, { orderId, state }: OrderRun): Promise<string> {
  const { total } = await getJson<Order>(`${orderApi}/orders/${orderId}`);
  const price = `${(total.amount / 100).toFixed(2)} ${total.currency}`;
  if (state?.status === 'FAILED' || state?.status === 'CANCELLED') {
    return `The order ended as ${outcomeOf(state)}. It would have cost ${price}.`;
  }
  return `The order is confirmed. Total: ${price}`;
}
