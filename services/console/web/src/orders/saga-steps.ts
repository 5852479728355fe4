import type { Order, TraceEntry } from './queries.js';

export type StepState = 'done' | 'current' | 'to come' | 'failed' | 'undone' | 'not reached';

/** A step of an order, and what undoes it. `orchestrated` and `choreographed`: who begins it in each mode, by which message. */
export interface SagaStep {
  title: string;
  service: string;
  orchestrated: string;
  choreographed: string;
  /** Names of events, or statuses of the order, of which one tells that it is done. */
  done: readonly string[];
  failed?: string;
  undo?: { title: string; done: string };
}

export const STEPS: readonly SagaStep[] = [
  {
    title: 'Placed',
    service: 'order-api',
    orchestrated: 'POST /orders',
    choreographed: 'POST /orders',
    done: ['PENDING'],
  },
  {
    title: 'Stock reserved',
    service: 'inventory',
    orchestrated: 'the saga sends ReserveStock',
    choreographed: 'on OrderProcessingStarted',
    done: ['RESERVED', 'InventoryReserved'],
    failed: 'InventoryRejected',
    undo: { title: 'Stock released', done: 'InventoryReleased' },
  },
  {
    title: 'Paid',
    service: 'payment',
    orchestrated: 'the saga calls chargePayment',
    choreographed: 'on InventoryReserved',
    done: ['PAID', 'PaymentCharged'],
    failed: 'PaymentFailed',
    undo: { title: 'Refunded', done: 'PaymentRefunded' },
  },
  {
    title: 'Shipment created',
    service: 'inventory',
    orchestrated: 'the saga sends CreateShipment',
    choreographed: 'on PaymentCharged',
    done: ['ShipmentCreated'],
    undo: { title: 'Shipment cancelled', done: 'ShipmentCancelled' },
  },
  {
    title: 'Confirmed',
    service: 'order-processor',
    orchestrated: 'the saga confirms',
    choreographed: 'on ShipmentCreated',
    done: ['CONFIRMED', 'OrderConfirmed'],
  },
  {
    title: 'Shipped',
    service: 'order-processor',
    orchestrated: 'on ShipmentDispatched',
    choreographed: 'on ShipmentDispatched',
    done: ['SHIPPED'],
  },
  {
    title: 'Delivered',
    service: 'order-processor',
    orchestrated: 'on ShipmentDelivered',
    choreographed: 'on ShipmentDelivered',
    done: ['DELIVERED'],
  },
];

/** The state of each of `STEPS`, of the order's current attempt. */
export function statesOf(order: Order, entries: readonly TraceEntry[]): StepState[] {
  const told = thisAttempt(order, entries);
  const isOver = ['FAILED', 'CANCELLED'].includes(order.status);
  const states = STEPS.map(({ done, failed, undo }): StepState => {
    if (undo && told.has(undo.done)) return 'undone';
    if (failed && told.has(failed)) return 'failed';
    if (done.some((name) => told.has(name))) return 'done';
    return isOver ? 'not reached' : 'to come';
  });
  const next = states.indexOf('to come');
  const isStopped = states.some((state) => state === 'undone' || state === 'failed');
  if (next >= 0 && !isStopped) states[next] = 'current';
  return states;
}

/** Statuses and events by their names. A resubmitted order begins again with PENDING. */
function thisAttempt({ history }: Order, entries: readonly TraceEntry[]): Set<string> {
  const start = history.findLastIndex(({ status }) => status === 'PENDING');
  const since = Date.parse(history[start]?.at ?? '');
  const events = entries.filter(({ kind, at }) => kind === 'message' && !(Date.parse(at) < since));
  const names = events.map(({ what }) => what.split('.')[1] ?? what);
  return new Set([...history.slice(start).map(({ status }) => status), ...names]);
}
