import type { Invariant } from './invariant.js';
import type { Order } from './snapshot.js';

/** The way of one attempt; an outcome that ends it may follow any status before CONFIRMED. */
const WAY = ['PENDING', 'RESERVED', 'PAID', 'CONFIRMED', 'SHIPPED', 'DELIVERED'];
const ENDS = ['FAILED', 'CANCELLED'];

export const eventsInOrder: Invariant = {
  id: 'I8',
  promise: 'events of one order take effect in their order',
  check({ orders }) {
    const violations = orders.flatMap(({ orderId, history }) =>
      isInOrder(history) ? [] : [`order ${orderId} was ${history.map(({ status }) => status).join(', ')}`],
    );
    return { counted: `${orders.reduce((sum, { history }) => sum + history.length, 0)} changes of status`, violations };
  },
};

function isInOrder(history: Order['history']): boolean {
  return history.every(({ status }, index) => {
    const before = history[index - 1]?.status;
    if (status === 'PENDING') return before === undefined || before === 'FAILED';
    if (before === undefined || ENDS.includes(before)) return false;
    if (ENDS.includes(status)) return WAY.indexOf(before) < WAY.indexOf('CONFIRMED');
    return WAY.indexOf(status) > WAY.indexOf(before);
  });
}
