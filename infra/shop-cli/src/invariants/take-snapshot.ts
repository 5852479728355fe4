import { getAllPages, getJson, jsonBody, request, samplesOf, Unreachable } from '@waybill/cli';
import type { Endpoints } from '../endpoints.js';
import { CONSUMER_LAG, OUTBOX_BACKLOG } from './i7-nothing-vanishes.js';
import { DEAD_LETTERS, PARKED_EVENTS } from './i9-nothing-stuck.js';
import type { LedgerEntry, Mail, Order, Product, Reservation, Snapshot, Summary } from './snapshot.js';

export const SNAPSHOT_ENDPOINTS = ['orderApi', 'inventory', 'paymentProvider', 'analytics', 'mail'] as const;
/** Whose metrics are read. In containers order-processor publishes no port. */
const MEASURED = ['orderProcessor', 'inventory', 'payment', 'email', 'analytics', 'deadLetters'] as const;
export type SnapshotEndpoints = Pick<Endpoints, (typeof SNAPSHOT_ENDPOINTS)[number]> &
  Partial<Pick<Endpoints, (typeof MEASURED)[number]>>;

const GAUGES = [OUTBOX_BACKLOG, CONSUMER_LAG, PARKED_EVENTS, DEAD_LETTERS];

/** Reads every list to its end. Throws Unreachable. */
export async function takeSnapshot(endpoints: SnapshotEndpoints): Promise<Snapshot> {
  const { orderApi, inventory, paymentProvider, analytics, mail } = endpoints;
  // Orders last. An order that arrives meanwhile may then be missing in the other views, which the next snapshot
  // corrects; the other way round, its charge or reservation would look as if it belonged to no order.
  const [products, reservations, ledger, mails, summary, processes] = await Promise.all([
    getAllPages<Product>(`${inventory}/products`),
    getAllPages<Reservation>(`${inventory}/reservations`),
    getAllPages<LedgerEntry>(`${paymentProvider}/ledger`),
    readInbox(mail),
    getJson<Summary>(`${analytics}/analytics/summary`),
    readMetrics(endpoints),
  ]);
  const orders = await getAllPages<Order>(`${orderApi}/orders`);
  return { orders, products, reservations, ledger, mails, summary, processes };
}

function readMetrics(endpoints: SnapshotEndpoints): Promise<Snapshot['processes']> {
  const known = MEASURED.flatMap((name) => (endpoints[name] ? [[name, endpoints[name]] as const] : []));
  return Promise.all(
    known.map(async ([name, url]) => {
      const response = await request(`${url}/metrics`);
      if (!response.ok) throw new Unreachable(`${url}/metrics responded with ${response.status}`);
      return { name, samples: samplesOf(await response.text(), GAUGES) };
    }),
  );
}

interface MaildevMail {
  headers: Record<string, string | string[] | undefined>;
}

/** Mails about orders. Maildev 3 serves its API under `/api`, earlier versions at the root. */
async function readInbox(mail: string): Promise<Mail[]> {
  const response = await request(`${mail}/api/email`);
  const mails = await jsonBody<MaildevMail[]>(response.status === 404 ? await request(`${mail}/email`) : response);
  return mails.flatMap(({ headers }) => {
    const orderId = first(headers['x-waybill-order-id']);
    const type = first(headers['x-waybill-mail-type']);
    return orderId && type ? [{ orderId, type, messageId: first(headers['message-id']) ?? '' }] : [];
  });
}

const first = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);
