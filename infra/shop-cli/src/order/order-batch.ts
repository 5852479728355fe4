import { formatDuration } from '@waybill/cli';
import { formatBatchSummary } from './batch-summary.js';
import { formatState, type OrderResult, placeAndFollow } from './place-and-follow.js';
import type { OrderRequest } from './place-order.js';

const MAX_IN_FLIGHT = 20;

export interface BatchOptions {
  count: number;
  timeout: number;
  print: (line: string) => void;
}

/** Places many orders, prints a line for each as it ends, then a summary. */
export async function placeOrderBatch(
  orderApi: string,
  order: OrderRequest,
  { count, timeout, print }: BatchOptions,
): Promise<OrderResult[]> {
  const results: OrderResult[] = [];
  let next = 0;
  const worker = async () => {
    while (next++ < count) {
      const result = await placeAndFollow(orderApi, order, { timeout });
      results.push(result);
      print(`${String(results.length).padStart(String(count).length)}/${count}  ${formatResult(result)}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_IN_FLIGHT, count) }, worker));
  print(`\n${formatBatchSummary(results)}`);
  return results;
}

function formatResult({ orderId, state, stateAfter, failure }: OrderResult): string {
  if (failure) return [orderId, failure].filter(Boolean).join('  ');
  return `${orderId}  ${formatState(state)}  after ${formatDuration(stateAfter!)}`;
}
