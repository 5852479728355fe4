import type { Invariant } from './invariant.js';
import { isConfirmed } from './snapshot.js';

const CONFIRMATION = 'order-confirmed';

export const oneConfirmationMail: Invariant = {
  id: 'I4',
  promise: 'a confirmed order has one confirmation mail in the inbox, any other order none',
  check({ orders, mails }) {
    const confirmations = mails.filter(({ type }) => type === CONFIRMATION);
    const mailsOf = Map.groupBy(confirmations, ({ orderId }) => orderId);
    const known = new Set(orders.map(({ orderId }) => orderId));
    // Counted by Message-ID: a sender that crashes before its commit sends the same one again.
    const distinct = (orderId: string) => new Set(mailsOf.get(orderId)?.map(({ messageId }) => messageId)).size;
    const distinctMails = new Set(confirmations.map(({ messageId }) => messageId)).size;
    return {
      counted: `${distinctMails} confirmations for ${orders.filter(isConfirmed).length} confirmed orders, ${confirmations.length - distinctMails} duplicates`,
      violations: [
        ...orders.flatMap((order) => {
          const expected = isConfirmed(order) ? 1 : 0;
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
