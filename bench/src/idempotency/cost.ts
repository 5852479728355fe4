import { figure, method, rounds } from '../rounds.js';
import { LOAD, load } from './load.js';
import { OrderApi } from './order-api.js';

const ROUNDS = 5;

/** What an Idempotency-Key costs. */
export async function cost(): Promise<void> {
  method(
    'idempotency/cost',
    `POST /orders (1 KiB) to one order-api process with its database, each order with its own Idempotency-Key against\n  none (another header of that length): ${LOAD}, in turns, median of the rounds.`,
  );
  const orderApi = await OrderApi.start();
  const posting = (header: string) => async () => {
    await orderApi.settle();
    return load(orderApi.url, header);
  };
  const medians = await rounds(ROUNDS, {
    'with a key': posting('idempotency-key'),
    without: posting('x-request-token'),
  });
  const share = 1 - medians['with a key'] / medians.without;
  figure('cost of the key, share of throughput', share.toFixed(2), { text: 'at most 0.25', met: share <= 0.25 });
  await orderApi.stop();
}
