import type { Invariant } from './system.js';

export const oneOrderPerKey: Invariant = {
  id: 'I6',
  promise: 'the same Idempotency-Key never makes two orders',
  check({ orders }, { keys }) {
    // A system shows nobody its keys: only who sent them knows.
    if (!keys) return { notChecked: 'not checked without --keys' };
    const answersOf = Map.groupBy(keys, ({ key }) => key);
    const known = new Set(orders.map(({ orderId }) => orderId));
    const violations = [...answersOf].flatMap(([key, answers]) => {
      const orderIds = [...new Set(answers.map(({ orderId }) => orderId))];
      const complaints = orderIds
        .filter((id) => !known.has(id))
        .map((id) => `key ${key} got order ${id}, which does not exist`);
      if (orderIds.length > 1) complaints.push(`key ${key} made ${orderIds.length} orders: ${orderIds.join(', ')}`);
      return complaints;
    });
    return { counted: `${answersOf.size} keys, used ${keys.length} times`, violations };
  },
};
