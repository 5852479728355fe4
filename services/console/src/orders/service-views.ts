import { readJson } from './read-json.js';
import { type Kind, type Sources, type Told, type TraceEntry, UnknownOrder } from './trace.js';

type Row = Record<string, string | number | undefined>;

/** Base URLs by the name of the process. */
export type ProcessUrls = ReadonlyMap<string, string>;

/** What each service's own view tells. Mail addresses and tokens are left out. */
export function serviceViews(urls: ProcessUrls, orderId: string): Sources {
  const list = (process: string, path: string) => items(`${urlOf(urls, process)}/${path}`, orderId);
  return {
    'order-api': async () => orderTold(await orderView(urls, orderId)),
    inventory: async () => {
      const [reservations, shipments] = await Promise.all([
        list('inventory', 'reservations'),
        list('inventory', 'shipments'),
      ]);
      return {
        entries: shipments.flatMap(shipmentSteps),
        now: reservations.map(({ sku, quantity, status }) => `reservation: ${quantity} x ${sku} ${status}`),
      };
    },
    payment: async () => ({
      entries: (await list('payment', 'payments')).map((row) =>
        entry(row.at, 'payment', row.type as Kind, `${row.type} ${row.status}`, amount(row), row.reason),
      ),
    }),
    'payment-provider': async () => ({
      entries: (await list('payment-provider', 'ledger')).map((row) =>
        entry(row.at, 'payment-provider', row.type as Kind, `${row.type} in the ledger`, amount(row), row.id),
      ),
    }),
    email: async () => ({
      entries: (await list('email', 'emails')).map(({ sentAt, type }) =>
        entry(sentAt, 'email', 'mail', `mail sent: ${type}`),
      ),
    }),
  };
}

export function urlOf(urls: ProcessUrls, process: string): string {
  const url = urls.get(process);
  if (!url) throw new Error(`the address of ${process} is not set`);
  return url;
}

/** Rejects with UnknownOrder when order-api says so. */
export async function orderView(urls: ProcessUrls, orderId: string): Promise<OrderView> {
  const order = await readJson<OrderView>(`${urlOf(urls, 'order-api')}/orders/${orderId}`);
  if (!order) throw new UnknownOrder(`there is no order ${orderId}`);
  return order;
}

export interface OrderView {
  status: string;
  updatedAt: string;
  attempt: number;
  total: { amount: number; currency: string };
  items: { sku: string; quantity: number }[];
  history: { status: string; at: string; reason?: string }[];
}

/** Its first state is the request that placed it; PENDING again is a further attempt. */
function orderTold({ status, history, attempt, total, items }: OrderView): Told {
  const lines = items.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(', ');
  const kindOf = (state: string, n: number): Kind => (n === 0 ? 'http' : state === 'PENDING' ? 'retry' : 'state');
  return {
    status,
    entries: history.map(({ status: state, at, reason }, n) => ({
      ...entry(at, 'order', kindOf(state, n), state, reason),
      service: n === 0 ? 'order-api' : 'order-processor',
    })),
    now: [`order: attempt ${attempt}, ${lines}, ${total.amount} ${total.currency} (minor units)`],
  };
}

function shipmentSteps({ shipmentId, createdAt, dispatchedAt, deliveredAt, cancelledAt }: Row): TraceEntry[] {
  const steps = { created: createdAt, dispatched: dispatchedAt, delivered: deliveredAt, cancelled: cancelledAt };
  return Object.entries(steps)
    .filter(([, at]) => at)
    .map(([what, at]) => entry(at, 'inventory', 'shipment', `shipment ${what}`, shipmentId));
}

async function items(url: string, orderId: string): Promise<Row[]> {
  const page = await readJson<{ items: Row[] }>(`${url}?${new URLSearchParams({ orderId })}`);
  if (!page) throw new Error(`${url} is not there`);
  return page.items;
}

function entry(
  at: string | number | undefined,
  source: string,
  kind: Kind,
  what: string,
  ...details: (string | number | undefined)[]
): TraceEntry {
  const detail = details.filter((text) => text !== undefined).join(', ');
  return { at: String(at), source, service: source, kind, what, ...(detail && { detail }) };
}

const amount = ({ amount, currency }: Row) => `${amount} ${currency}`;
