import type { Sample } from '@waybill/cli';
import type { Expectations, Findings, Invariant } from './invariant.js';
import type { Order, Snapshot } from './snapshot.js';

/** An order with this status and the history that leads to it. */
export function order(orderId: string, status: string, changes: Partial<Order> = {}): Order {
  const path = ['PENDING', 'RESERVED', 'PAID', 'CONFIRMED', 'SHIPPED', 'DELIVERED'];
  const states = path.includes(status) ? path.slice(0, path.indexOf(status) + 1) : ['PENDING', status];
  return {
    orderId,
    status,
    terminal: !['PENDING', 'RESERVED', 'PAID'].includes(status),
    items: [{ sku: 'BOOK-001', quantity: 2 }],
    total: { amount: 5_000, currency: 'EUR' },
    history: states.map((state) => ({ status: state })),
    attempt: 1,
    ...changes,
  };
}

/** Of a process, about the topic orders.events or the broker kafka. */
export const gauge = (name: string, value: number, labels = {}): Sample => ({
  name,
  value,
  labels: { topic: 'orders.events', source: 'orders.events', consumer: 'email', target: 'kafka', ...labels },
});

const entry = (id: string, orderId: string, type: 'charge' | 'refund') =>
  ({ id, orderId, type, amount: 5_000, currency: 'EUR' }) as const;

/** Three orders (confirmed, delivered, failed after a charge), and views that agree with them. */
export function healthySystem(): Snapshot {
  return {
    orders: [order('confirmed', 'CONFIRMED'), order('delivered', 'DELIVERED'), order('failed', 'FAILED')],
    products: [{ sku: 'BOOK-001', onHand: 8, reserved: 2, available: 6, initial: 10, shipped: 2 }],
    reservations: [
      { orderId: 'confirmed', sku: 'BOOK-001', quantity: 2, status: 'OPEN' },
      { orderId: 'delivered', sku: 'BOOK-001', quantity: 2, status: 'SHIPPED' },
      { orderId: 'failed', sku: 'BOOK-001', quantity: 2, status: 'RELEASED' },
    ],
    ledger: [
      entry('ch_1', 'confirmed', 'charge'),
      entry('ch_2', 'delivered', 'charge'),
      entry('ch_3', 'failed', 'charge'),
      entry('re_3', 'failed', 'refund'),
    ],
    mails: [
      { orderId: 'confirmed', type: 'order-confirmed', messageId: '<confirmed>' },
      { orderId: 'delivered', type: 'order-confirmed', messageId: '<delivered>' },
      { orderId: 'failed', type: 'order-failed', messageId: '<failed>' },
    ],
    summary: {
      orders: { CONFIRMED: 1, DELIVERED: 1, FAILED: 1 },
      revenue: { amount: 10_000, currency: 'EUR' },
    },
    processes: [
      { name: 'inventory', samples: [gauge('waybill_outbox_backlog', 0), gauge('waybill_consumer_lag_messages', 0)] },
      { name: 'analytics', samples: [gauge('waybill_kafka_parked_events', 0)] },
    ],
  };
}

/** What an invariant finds in the healthy system after a change. */
export function findingsAfter(
  invariant: Invariant,
  change: (snapshot: Snapshot) => void = () => {},
  expectations: Expectations = {},
): Partial<Findings> {
  const snapshot = healthySystem();
  change(snapshot);
  return invariant.check(snapshot, expectations);
}

export const violationsAfter = (...args: Parameters<typeof findingsAfter>) => findingsAfter(...args).violations;
