import type { MessageOutbox } from '@waybill/messaging';
import { allSettledOrThrow, type Tx } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';
import type { Line, Order } from '../domain/order.js';
import { priced, summed } from '../domain/pricing.js';
import type { CatalogueRepository } from '../persistence/catalogue.repository.js';
import type { OrderRepository } from '../persistence/order.repository.js';
import { orderCreated, processOrder } from './order-messages.js';

export interface OrderRequest {
  customerId: string;
  email: string;
  items: Line[];
  paymentToken: string;
}

export interface PlaceOrderDeps {
  orders: OrderRepository;
  catalogue: CatalogueRepository;
  outbox: MessageOutbox;
}

/** Nothing is lost once `tx` commits: the order, its event and its task are one change. */
export async function placeOrder(
  { orders, catalogue, outbox }: PlaceOrderDeps,
  tx: Tx,
  request: OrderRequest,
): Promise<Order | { unknownSkus: string[] }> {
  const lines = summed(request.items);
  const sale = priced(lines, await catalogue.productsOf(tx, lines)); // ours, never the client's
  if ('unknownSkus' in sale) return sale;

  const now = new Date();
  const order: Order = {
    orderId: uuidv7(),
    attempt: 1,
    status: 'PENDING',
    customerId: request.customerId,
    email: request.email,
    paymentToken: request.paymentToken,
    ...sale,
    createdAt: now,
    updatedAt: now,
  };
  await allSettledOrThrow<void>([
    orders.insert(tx, order),
    outbox.add(tx, orderCreated(order), processOrder(order)), // a fact for anyone, a task for one
  ]);
  return order;
}
