import { getAllPages } from '@waybill/cli';
import type { Endpoints } from '../endpoints.js';
import { moneyViolations } from '../invariants/i2-money.js';
import type { LedgerEntry, Order } from '../invariants/snapshot.js';

/**
 * Orders that have ended and hold other money than they should, in words. Payment cannot know: it knows attempts, not what
 * became of their orders. Throws Unreachable.
 */
export async function endedOrdersWithMoney({
  orderApi,
  paymentProvider,
}: Pick<Endpoints, 'orderApi' | 'paymentProvider'>): Promise<string[]> {
  // Orders first: the money of one that has ended by now moves no more.
  const orders = await getAllPages<Order>(`${orderApi}/orders`);
  const ledger = await getAllPages<LedgerEntry>(`${paymentProvider}/ledger`);
  const entriesOf = Map.groupBy(ledger, ({ orderId }) => orderId);
  return orders.flatMap((order) => moneyViolations(order, entriesOf.get(order.orderId) ?? []));
}
