import type { Invariant } from './invariant.js';
import { isConfirmed, isFailedOrCancelled, type LedgerEntry, type Order } from './snapshot.js';

export const moneyMovesOnce: Invariant = {
  id: 'I2',
  promise: 'a confirmed order is charged exactly once, a failed or cancelled one not at all, net of refunds',
  check({ orders, ledger }) {
    const entriesOf = Map.groupBy(ledger, ({ orderId }) => orderId);
    const known = new Set(orders.map(({ orderId }) => orderId));
    const charges = ledger.filter(({ type }) => type === 'charge').length;
    return {
      counted: `${charges} charges and ${ledger.length - charges} refunds for ${orders.length} orders`,
      violations: [
        ...orders.flatMap((order) => moneyViolations(order, entriesOf.get(order.orderId) ?? [])),
        ...ledger
          .filter(({ orderId }) => !known.has(orderId))
          .map(({ id, type, orderId }) => `${type} ${id} is for order ${orderId}, which does not exist`),
      ],
    };
  },
};

/** Of an order that has ended; one that has not may hold anything. */
export function moneyViolations({ orderId, status, total }: Order, entries: readonly LedgerEntry[]): string[] {
  const { count, amount } = net(entries);
  if (isFailedOrCancelled({ status })) {
    return count === 0 && amount === 0
      ? []
      : [`order ${orderId} is ${status}, but the net charge is ${amount} (${tally(entries)})`];
  }
  if (!isConfirmed({ status })) return [];
  const violations: string[] = [];
  if (count !== 1) violations.push(`order ${orderId} is ${status}, but has ${tally(entries)}`);
  else if (amount !== total.amount)
    violations.push(`order ${orderId} costs ${total.amount}, but ${amount} was charged`);
  const foreign = entries.find(({ currency }) => currency !== total.currency);
  if (foreign) violations.push(`order ${orderId} is in ${total.currency}, but ${foreign.id} is in ${foreign.currency}`);
  return violations;
}

/** Charges minus refunds, in number and in minor units. */
function net(entries: readonly LedgerEntry[]): { count: number; amount: number } {
  const sign = ({ type }: LedgerEntry) => (type === 'charge' ? 1 : -1);
  return {
    count: entries.reduce((sum, entry) => sum + sign(entry), 0),
    amount: entries.reduce((sum, entry) => sum + sign(entry) * entry.amount, 0),
  };
}

function tally(entries: readonly LedgerEntry[]): string {
  const charges = entries.filter(({ type }) => type === 'charge').length;
  return `${charges} charge(s), ${entries.length - charges} refund(s)`;
}
