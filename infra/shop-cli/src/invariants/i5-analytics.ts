import type { Invariant } from './invariant.js';
import { isConfirmed } from './snapshot.js';

export const analyticsAgrees: Invariant = {
  id: 'I5',
  promise: 'analytics agrees with the orders on their number by state and on the revenue',
  check({ orders, summary }) {
    const byStatus = Map.groupBy(orders, ({ status }) => status);
    const statuses = new Set([...byStatus.keys(), ...Object.keys(summary.orders)]);
    const confirmed = orders.filter(isConfirmed);
    const revenue = confirmed.reduce((sum, { total }) => sum + total.amount, 0);
    const currency = confirmed[0]?.total.currency;
    const violations = [...statuses].toSorted().flatMap((status) => {
      const expected = byStatus.get(status)?.length ?? 0;
      const found = summary.orders[status] ?? 0;
      return found === expected ? [] : [`${expected} orders are ${status}, analytics reports ${found}`];
    });
    if (summary.revenue.amount !== revenue) {
      violations.push(`the revenue is ${revenue}, analytics reports ${summary.revenue.amount}`);
    }
    if (currency && summary.revenue.currency !== currency) {
      violations.push(`the revenue is in ${currency}, analytics reports ${summary.revenue.currency}`);
    }
    return { counted: `${orders.length} orders in ${statuses.size} states, revenue ${revenue}`, violations };
  },
};
