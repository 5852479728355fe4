import type { Invariant } from './invariant.js';

export const oneOrderPerKey: Invariant = {
  id: 'I6',
  promise: 'the same Idempotency-Key never makes two orders',
  check({ orders }, { keys }) {
    // No view shows the keys: only the clients that sent them know.
    if (!keys) return { notChecked: 'not checked without --keys' };
    const usesOf = Map.groupBy(keys, ({ key }) => key);
    const known = new Set(orders.map(({ orderId }) => orderId));
    const violations = [...usesOf].flatMap(([key, uses]) => {
      const orderIds = [...new Set(uses.map(({ orderId }) => orderId))];
      const problems = orderIds
        .filter((id) => !known.has(id))
        .map((id) => `key ${key} got order ${id}, which does not exist`);
      if (orderIds.length > 1) problems.push(`key ${key} made ${orderIds.length} orders: ${orderIds.join(', ')}`);
      return problems;
    });
    return { counted: `${usesOf.size} keys, used ${keys.length} times`, violations };
  },
};
