import { type Invariant, isSold } from './system.js';

const CONFIRMATION = 'order-confirmed';

export const oneConfirmationMail: Invariant = {
  id: 'I4',
  promise: 'a confirmed order has one confirmation mail in the inbox, any other order none',
  check({ orders, mails }) {
    const confirmations = mails.filter(({ type }) => type === CONFIRMATION);
    const mailsOf = Map.groupBy(confirmations, ({ orderId }) => orderId);
    const known = new Set(orders.map(({ orderId }) => orderId));
    // Told apart by Message-ID: a sender that dies before its commit repeats a mail under the same one.
    const distinct = (orderId: string) => new Set(mailsOf.get(orderId)?.map(({ messageId }) => messageId)).size;
    const different = new Set(confirmations.map(({ messageId }) => messageId)).size;
    return {
      counted: `${different} confirmations for ${orders.filter(isSold).length} confirmed orders, ${confirmations.length - different} repeated`,
      violations: [
        ...orders.flatMap((order) => {
          const expected = isSold(order) ? 1 : 0;
          const found = distinct(order.orderId);
          return found === expected
            ? []
            : [`order ${order.orderId} is ${order.status} and has ${found} confirmation mails`];
        }),
        ...[...mailsOf.keys()]
          .filter((orderId) => !known.has(orderId))
          .map((orderId) => `a mail confirms order ${orderId}, which does not exist`),
      ],
    };
  },
};
