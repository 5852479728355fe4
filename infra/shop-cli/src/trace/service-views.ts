import { getJson, jsonBody, request } from '@waybill/cli';
import type { Endpoints } from '../endpoints.js';
import { type Told, type TraceEntry, UnknownOrder } from './trace.js';

type Row = Record<string, string | number | undefined>;

/** What each service's own view tells. Mail addresses and tokens are left out. */
export const serviceViews = (
  { orderApi, inventory, payment, paymentProvider, email, deadLetters, operatorToken }: Endpoints,
  orderId: string,
): Record<string, () => Promise<Told>> => ({
  'order-api': async () => {
    const { history, attempt, total, items } = await orderView(orderApi, orderId);
    const entries = history.map(({ status, at, reason }) => entry(at, 'order', status, reason));
    const lines = items.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(', ');
    return { entries, now: [`order: attempt ${attempt}, ${lines}, ${money(total)}`] };
  },
  inventory: async () => {
    const [reservations, shipments] = await Promise.all([
      items(`${inventory}/reservations`, orderId),
      items(`${inventory}/shipments`, orderId),
    ]);
    return {
      entries: shipments.flatMap(({ shipmentId, createdAt, dispatchedAt, deliveredAt, cancelledAt }) =>
        Object.entries({ created: createdAt, dispatched: dispatchedAt, delivered: deliveredAt, cancelled: cancelledAt })
          .filter(([, at]) => at)
          .map(([what, at]) => entry(String(at), 'inventory', `shipment ${what}`, String(shipmentId))),
      ),
      now: reservations.map(({ sku, quantity, status }) => `reservation: ${quantity} x ${sku} ${status}`),
    };
  },
  payment: async () => ({
    entries: (await items(`${payment}/payments`, orderId)).map((row) =>
      entry(String(row.at), 'payment', `${row.type} ${row.status}`, amount(row), row.reason),
    ),
  }),
  'payment-provider': async () => ({
    entries: (await items(`${paymentProvider}/ledger`, orderId)).map((row) =>
      entry(String(row.at), 'payment-provider', `${row.type} in the ledger`, amount(row), row.id),
    ),
  }),
  email: async () => ({
    entries: (await items(`${email}/emails`, orderId)).map(({ sentAt, type }) =>
      entry(String(sentAt), 'email', `mail sent: ${type}`),
    ),
  }),
  console: async () => {
    if (!deadLetters) throw new Error('endpoints.json has no address of it');
    const url = `${deadLetters}/dead-letters?${new URLSearchParams({ key: orderId, limit: '100' })}`;
    const response = await request(url, { headers: { authorization: `Bearer ${operatorToken}` } });
    const { items: letters } = await jsonBody<{ items: Row[] }>(response);
    return {
      entries: letters.flatMap((letter) => [
        entry(String(letter.firstFailedAt), `${letter.consumer}`, `first failure of ${letter.type}`, letter.error),
        entry(
          String(letter.lastFailedAt),
          `${letter.consumer}`,
          `dead letter (${letter.class}, ${letter.attempts} attempts, now ${letter.status})`,
          `${letter.source}, npm run dlq -- show ${letter.id}`,
        ),
      ]),
    };
  },
});

/** Throws UnknownOrder and Unreachable. */
export async function orderView(orderApi: string, orderId: string): Promise<OrderView> {
  const response = await request(`${orderApi}/orders/${orderId}`);
  if (response.status === 404) throw new UnknownOrder(`there is no order ${orderId}`);
  return jsonBody(response);
}

interface OrderView {
  updatedAt: string;
  attempt: number;
  total: { amount: number; currency: string };
  items: { sku: string; quantity: number }[];
  history: { status: string; at: string; reason?: string }[];
}

async function items(url: string, orderId: string): Promise<Row[]> {
  return (await getJson<{ items: Row[] }>(`${url}?${new URLSearchParams({ orderId })}`)).items;
}

function entry(at: string, source: string, what: string, ...details: (string | number | undefined)[]): TraceEntry {
  const detail = details.filter((text) => text !== undefined).join(', ');
  return { at, source, what, ...(detail && { detail }) };
}

const money = ({ amount, currency }: { amount: number; currency: string }) => `${amount} ${currency} (minor units)`;
const amount = ({ amount, currency }: Row) => `${amount} ${currency}`;
