import type { Evidence, Finding, Findings, Invariant, Order, System } from './system.js';

/** An order that is what a test says it is, with everything that belongs to it. */
export function order(orderId: string, status: string, changes: Partial<Order> = {}): Order {
  const way = ['PENDING', 'RESERVED', 'PAID', 'CONFIRMED', 'SHIPPED', 'DELIVERED'];
  const states = way.includes(status) ? way.slice(0, way.indexOf(status) + 1) : ['PENDING', status];
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

const entry = (id: string, orderId: string, type: 'charge' | 'refund') =>
  ({ id, orderId, type, amount: 5_000, currency: 'EUR' }) as const;

/** Three orders (confirmed, delivered, failed after a charge), and every view agrees with them. */
export function soundSystem(): System {
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
  };
}

/** What an invariant finds in the sound system after a change. */
export function findingsAfter(
  invariant: Invariant,
  change: (system: System) => void = () => {},
  evidence: Evidence = {},
): Partial<Findings> {
  const system = soundSystem();
  change(system);
  const finding: Finding = invariant.check(system, evidence);
  return finding;
}

/** Its complaints alone. */
export const complaintsAfter = (...args: Parameters<typeof findingsAfter>) => findingsAfter(...args).violations;
