import type { MessageOutbox } from '@waybill/messaging';
import { allSettledOrThrow, type Tx } from '@waybill/outbox';
import { traceHeaders } from '@waybill/platform';
import { v7 as uuidv7 } from 'uuid';
import type { Line, Order } from '../domain/order.js';
import { mergeLines, type PricingRejection, priceLines } from '../domain/pricing.js';
import type { CatalogueRepository } from '../persistence/catalogue.repository.js';
import type { OrderRepository } from '../persistence/order.repository.js';
import { orderCreated, processOrder } from './order-messages.js';
import { countPlaced } from './order-metrics.js';

export interface OrderRequest {
  customerId: string;
  email: string;
  items: Line[];
  paymentToken: string;
  callbackUrl?: string | undefined;
}

export interface PlaceOrderDeps {
  orders: OrderRepository;
  catalogue: CatalogueRepository;
  outbox: MessageOutbox;
}

/** Nothing is lost once `tx` commits: the order, its event and its task commit together. */
export async function placeOrder(
  { orders, catalogue, outbox }: PlaceOrderDeps,
  tx: Tx,
  request: OrderRequest,
): Promise<Order | PricingRejection> {
  const lines = mergeLines(request.items);
  const pricing = priceLines(lines, await catalogue.productsOf(tx, lines)); // our prices, never the client's
  if ('rejected' in pricing) return pricing;

  const now = new Date();
  const order: Order = {
    orderId: uuidv7(),
    attempt: 1,
    status: 'PENDING',
    customerId: request.customerId,
    email: request.email,
    paymentToken: request.paymentToken,
    ...(request.callbackUrl && { callbackUrl: request.callbackUrl }),
    ...traceHeaders(),
    ...pricing,
    createdAt: now,
    updatedAt: now,
    isChoreographed: false,
  };
  await allSettledOrThrow<void>([
    orders.insert(tx, order),
    outbox.add(tx, orderCreated(order), processOrder(order)), // an event for anyone, a task for one service
  ]);
  countPlaced();
  return order;
}
