import { metric } from '@waybill/outbox';
import { Counter, Histogram } from 'prom-client';
import type { Order } from '../domain/order.js';

/** In seconds. */
const UP_TO_A_DAY = [0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 3_600, 24 * 3_600];
const UP_TO_A_WEEK = [
  5,
  30,
  60,
  120,
  180,
  300,
  600,
  1_800,
  3_600,
  6 * 3_600,
  24 * 3_600,
  3 * 24 * 3_600,
  7 * 24 * 3_600,
];

const metrics = {
  placed: metric('waybill_orders_placed_total', (name) => new Counter({ name, help: 'Orders that were accepted' })),
  ended: metric(
    'waybill_orders_ended_total',
    (name) =>
      new Counter({
        name,
        help: 'Outcomes of sagas; the reason is that of a failed order',
        labelNames: ['outcome', 'reason', 'saga'],
      }),
  ),
  toConfirmation: metric(
    'waybill_order_to_confirmation_seconds',
    (name) =>
      new Histogram({
        name,
        help: 'From OrderCreated to OrderConfirmed, by the saga of the last attempt',
        labelNames: ['saga'],
        buckets: UP_TO_A_DAY,
      }),
  ),
  toDelivery: metric(
    'waybill_order_to_delivery_seconds',
    (name) =>
      new Histogram({
        name,
        help: 'From POST /orders to DELIVERED, by the saga of the last attempt',
        labelNames: ['saga'],
        buckets: UP_TO_A_WEEK,
      }),
  ),
};

// From zero on, so that the first confirmed order of a process is an increase.
for (const saga of ['orchestration', 'choreography']) metrics.ended.inc({ outcome: 'CONFIRMED', reason: '', saga }, 0);

// Counted within the transaction: one that is repeated after a conflict, or rolled back, is counted as well.

export const countPlaced = (): void => metrics.placed.inc();

/** A confirmed order counts with its time. */
export function countEnded(order: Order): void {
  const saga = sagaOf(order);
  metrics.ended.inc({ outcome: order.status, reason: order.reason ?? '', saga });
  if (order.status === 'CONFIRMED') metrics.toConfirmation.observe({ saga }, ageOf(order));
}

export const countDelivered = (order: Order): void => metrics.toDelivery.observe({ saga: sagaOf(order) }, ageOf(order));

const sagaOf = ({ isChoreographed }: Order) => (isChoreographed ? 'choreography' : 'orchestration');
const ageOf = ({ createdAt, updatedAt }: Order) => (updatedAt.getTime() - createdAt.getTime()) / 1_000;
