import type { Order } from '../domain/order.js';

/** An order as it was just placed, unless a test changes it. */
export function anOrder(changes: Partial<Order> = {}): Order {
  const now = new Date();
  return {
    orderId: crypto.randomUUID(),
    attempt: 1,
    status: 'PENDING',
    customerId: 'cus_1',
    email: 'ada@example.com',
    paymentToken: 'tok_ok',
    items: [{ sku: 'BOOK-001', quantity: 1, name: 'Emma', unitPrice: 100 }],
    total: { amount: 100, currency: 'EUR' },
    createdAt: now,
    updatedAt: now,
    isChoreographed: false,
    ...changes,
  };
}
