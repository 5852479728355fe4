import type { Invariant } from './invariant.js';
import { isConfirmed, type Money, revenuesOf } from './snapshot.js';

export const analyticsAgrees: Invariant = {
  id: 'I5',
  promise: 'analytics agrees with the orders on their number by state and on the revenue in each currency',
  check({ orders, summary }) {
    const byStatus = Map.groupBy(orders, ({ status }) => status);
    const statuses = new Set([...byStatus.keys(), ...Object.keys(summary.orders)]);
    const violations = [...statuses].toSorted().flatMap((status) => {
      const expected = byStatus.get(status)?.length ?? 0;
      const found = summary.orders[status] ?? 0;
      return found === expected ? [] : [`${expected} orders are ${status}, analytics reports ${found}`];
    });
    const revenue = inWords(orders.filter(isConfirmed).map(({ total }) => total));
    const reported = inWords(revenuesOf(summary));
    if (reported !== revenue) violations.push(`the revenue is ${revenue}, analytics reports ${reported}`);
    return { counted: `${orders.length} orders in ${statuses.size} states, revenue ${revenue}`, violations };
  },
};

/** The sum in each currency: `10000 EUR, 500 USD`. */
function inWords(amounts: readonly Money[]): string {
  const byCurrency = Object.entries(Object.groupBy(amounts, ({ currency }) => currency)).map(
    ([currency, all = []]) => ({
      currency,
      amount: all.reduce((sum, { amount }) => sum + amount, 0),
    }),
  );
  const sums = byCurrency.filter(({ amount }) => amount > 0).map(({ amount, currency }) => `${amount} ${currency}`);
  return sums.toSorted().join(', ') || '0';
}
