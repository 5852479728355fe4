import { ordersProcess, ProcessOrder } from '@waybill/contracts';
import { encode, sourceOf } from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';
import { Problem } from '@waybill/platform';
import type { RealMessages } from './message-faults.js';

/** A page of recent orders in which to look for one that has its outcome. */
const RECENT = 50;

interface KnownOrder {
  orderId: string;
  attempt: number;
  terminal: boolean;
}

/** Messages of the shop: tasks to process an order. */
export function shopMessages(orderApi: string | undefined): RealMessages {
  const process = (attempt: Pick<KnownOrder, 'orderId' | 'attempt'>): OutboxMessage => {
    const { orderId, attempt: number } = attempt;
    return encode(ProcessOrder.of({ orderId, attempt: number }), sourceOf('faults'));
  };
  return {
    queue: ordersProcess.name,
    /** Of no order that there is. */
    rejected: () => process({ orderId: crypto.randomUUID(), attempt: 1 }),
    rejectedBecause: 'its order does not exist',
    /** Of an order that has its outcome, so that nothing is left to do. */
    async harmless() {
      const orders = await recentOrders(orderApi);
      const order = orders.find(({ terminal }) => terminal);
      if (order) return process(order);
      throw new Problem(
        { name: 'no-order', status: 409, title: 'There is no order with an outcome' },
        { detail: 'place an order and wait for its outcome: its task is then sent again' },
      );
    },
  };
}

async function recentOrders(orderApi: string | undefined): Promise<KnownOrder[]> {
  if (!orderApi) throw new Problem('unavailable', { detail: 'PROCESS_URLS does not name order-api' });
  try {
    const response = await fetch(`${orderApi}/orders?limit=${RECENT}`, { signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`it responded with ${response.status}`);
    return ((await response.json()) as { items: KnownOrder[] }).items;
  } catch (error) {
    throw new Problem('unavailable', { detail: `order-api: ${(error as Error).message}`, retryAfterSeconds: 5 });
  }
}
