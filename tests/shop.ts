import type { Endpoints } from '@waybill/shop-cli';
import { until } from '@waybill/testing';
import { get, readEndpoints } from './system/running-system.js';

/** The running shop seen from outside, as its customers see it. */

export const endpoints = () => readEndpoints<Endpoints>();

export interface OrderRequest {
  customerId: string;
  email: string;
  items: { sku: string; quantity: number }[];
  paymentToken: string;
  callbackUrl?: string;
}

export interface Order {
  orderId: string;
  status: string;
  attempt: number;
  terminal: boolean;
  reason?: string;
  total: { amount: number; currency: string };
  history: { status: string; at: string; reason?: string }[];
}

export interface Mail {
  subject: string;
  text: string;
  headers: Record<string, string>;
}

type Money = { amount: number; currency: string };
export interface Summary {
  orders: Record<string, number>;
  revenue: Money;
  refunds: Money;
}

/** An order as it is unless a test changes it. */
export const anOrder = (changes: Partial<OrderRequest> = {}): OrderRequest => ({
  customerId: 'cus_1001',
  email: 'ada@example.com',
  items: [{ sku: 'BOOK-001', quantity: 2 }],
  paymentToken: 'tok_ok',
  ...changes,
});

export function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${endpoints().orderApi}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

/**
 * Places an order as a patient client does: with a key, so that it may repeat the request while the answer is that it
 * should. Any other answer than 202 rejects at once.
 */
export async function place(changes: Partial<OrderRequest> = {}, within: `${number}s` = '60s'): Promise<string> {
  const key = crypto.randomUUID();
  const response = await until(
    'the order has its answer',
    async () => {
      const answer = await post(anOrder(changes), { 'idempotency-key': key });
      if (isTemporary(answer.status)) throw new Error(`${answer.status} ${await answer.text()}`);
      return answer;
    },
    { within },
  );
  if (response.status !== 202) throw new Error(`POST /orders returned ${response.status}: ${await response.text()}`);
  return ((await response.json()) as Order).orderId;
}

const isTemporary = (status: number) => status >= 500 || status === 409 || status === 429;

export const cancel = (orderId: string): Promise<Response> =>
  fetch(`${endpoints().orderApi}/orders/${orderId}/cancel`, { method: 'POST' });

export const order = (orderId: string): Promise<Order> => get(`${endpoints().orderApi}/orders/${orderId}`);

/** The order once it has an outcome. */
export function outcomeOf(orderId: string, within: `${number}s` = '60s'): Promise<Order> {
  return until(
    `order ${orderId} has its outcome`,
    async () => {
      const { terminal } = await get<Order>(`${endpoints().orderApi}/orders/${orderId}/status?wait=5`);
      return terminal && order(orderId);
    },
    { within },
  );
}

/** The order once this state is in its history; it may have reached others since. */
export function untilOrder(orderId: string, status: string): Promise<Order> {
  return until(`order ${orderId} was ${status}`, async () => {
    const current = await order(orderId);
    return current.history.some((state) => state.status === status) && current;
  });
}

async function items<T>(url: string): Promise<T[]> {
  return (await get<{ items: T[] }>(url)).items;
}

interface LedgerEntry extends Money {
  type: 'charge' | 'refund';
}

export const ledger = (orderId: string) =>
  items<LedgerEntry>(`${endpoints().paymentProvider}/ledger?orderId=${orderId}`);

export const payments = (orderId: string) =>
  items<{ type: string; status: string; reason?: string }>(`${endpoints().payment}/payments?orderId=${orderId}`);

export const reservations = (orderId: string) =>
  items<{ sku: string; quantity: number; status: string }>(`${endpoints().inventory}/reservations?orderId=${orderId}`);

export const shipments = (orderId: string) =>
  items<{ shipmentId: string; status: string }>(`${endpoints().inventory}/shipments?orderId=${orderId}`);

export const product = (sku: string) =>
  get<{ onHand: number; reserved: number; available: number }>(`${endpoints().inventory}/products/${sku}`);

export const summary = () => get<Summary>(`${endpoints().analytics}/analytics/summary`);

const UNFINISHED = ['PENDING', 'RESERVED', 'PAID'];

/** The summary once analytics has the outcome of at least so many orders and waits for no other. */
export function settledSummary(orderCount = 0): Promise<Summary> {
  return until('analytics has the outcome of every order', async () => {
    const current = await summary();
    const isSettled = UNFINISHED.every((status) => !current.orders[status]);
    return isSettled && ordersIn(current) >= orderCount && current;
  });
}

export const ordersIn = ({ orders }: Summary): number => Object.values(orders).reduce((sum, count) => sum + count, 0);

/** Types of the mails about an order that are in the mailbox, sorted. */
export const mailTypes = async (orderId: string): Promise<string[]> =>
  (await mails(orderId)).map(({ headers }) => headers['x-waybill-mail-type']!).sort();

/** Mails about an order that are in the mailbox. */
export async function mails(orderId: string): Promise<Mail[]> {
  const { mail } = endpoints();
  // Maildev 3 has its API under /api, earlier ones at the root.
  const all = await get<Mail[]>(`${mail}/api/email`).catch(() => get<Mail[]>(`${mail}/email`));
  return all.filter(({ headers }) => headers['x-waybill-order-id'] === orderId);
}

/** Sets the stock so that exactly `available` can still be sold. */
export async function setAvailable(sku: string, available: number): Promise<void> {
  const { reserved } = await product(sku);
  const response = await putStock(sku, { onHand: reserved + available }, endpoints().operatorToken);
  if (!response.ok) throw new Error(`PUT stock returned ${response.status}: ${await response.text()}`);
}

export function putStock(sku: string, body: object, token?: string): Promise<Response> {
  return fetch(`${endpoints().inventory}/products/${sku}/stock`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
}
