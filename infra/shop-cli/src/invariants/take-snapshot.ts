import { getAllPages, getJson, jsonBody, request } from '@waybill/cli';
import type { Endpoints } from '../endpoints.js';
import type { LedgerEntry, Mail, Order, Product, Reservation, Snapshot, Summary } from './snapshot.js';

export const SNAPSHOT_ENDPOINTS = ['orderApi', 'inventory', 'paymentProvider', 'analytics', 'mail'] as const;
export type SnapshotEndpoints = Pick<Endpoints, (typeof SNAPSHOT_ENDPOINTS)[number]>;

/** Reads every list to its end. Throws Unreachable. */
export async function takeSnapshot(endpoints: SnapshotEndpoints): Promise<Snapshot> {
  const { orderApi, inventory, paymentProvider, analytics, mail } = endpoints;
  // Orders last. An order that arrives meanwhile may then be missing in the other views, which the next snapshot
  // corrects; the other way round, its charge or reservation would look as if it belonged to no order.
  const [products, reservations, ledger, mails, summary] = await Promise.all([
    getAllPages<Product>(`${inventory}/products`),
    getAllPages<Reservation>(`${inventory}/reservations`),
    getAllPages<LedgerEntry>(`${paymentProvider}/ledger`),
    readInbox(mail),
    getJson<Summary>(`${analytics}/analytics/summary`),
  ]);
  const orders = await getAllPages<Order>(`${orderApi}/orders`);
  return { orders, products, reservations, ledger, mails, summary };
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
