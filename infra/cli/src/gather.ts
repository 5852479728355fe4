import type { Endpoints } from './endpoints.js';
import { getJson, jsonOf, request, Unreachable } from './http.js';
import type { LedgerEntry, Mail, Order, Product, Reservation, Summary, System } from './system.js';

/** The endpoints that a check of the invariants asks. */
export const VIEWS = ['orderApi', 'inventory', 'paymentProvider', 'analytics', 'mail'] as const;
export type Views = Pick<Endpoints, (typeof VIEWS)[number]>;

const PAGE = 1_000;

/** Reads every list to its end. Throws Unreachable. */
export async function gather({ orderApi, inventory, paymentProvider, analytics, mail }: Views): Promise<System> {
  // Orders last: of what comes in meanwhile, the views may then know less than the orders, which a second look mends,
  // while an entry of an order that is not in the list would look like an invented one.
  const [products, reservations, ledger, mails, summary] = await Promise.all([
    everyItem<Product>(`${inventory}/products`),
    everyItem<Reservation>(`${inventory}/reservations`),
    everyItem<LedgerEntry>(`${paymentProvider}/ledger`),
    inbox(mail),
    getJson<Summary>(`${analytics}/analytics/summary`),
  ]);
  const orders = await everyItem<Order>(`${orderApi}/orders`);
  return { orders, products, reservations, ledger, mails, summary };
}

/** All pages of a list. */
export async function everyItem<Item>(url: string): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor !== null && { cursor }) });
    const page: { items: Item[]; nextCursor: string | null } = await getJson(`${url}?${query}`);
    if (!Array.isArray(page.items)) throw new Unreachable(`GET ${url} did not answer with a list`);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

interface MaildevMail {
  headers: Record<string, string | string[] | undefined>;
}

/** Mails about orders. Maildev 3 has its API under `/api`, earlier ones at the root. */
async function inbox(mail: string): Promise<Mail[]> {
  const response = await request(`${mail}/api/email`);
  const mails = await jsonOf<MaildevMail[]>(response.status === 404 ? await request(`${mail}/email`) : response);
  return mails.flatMap(({ headers }) => {
    const orderId = text(headers['x-waybill-order-id']);
    const type = text(headers['x-waybill-mail-type']);
    return orderId && type ? [{ orderId, type, messageId: text(headers['message-id']) ?? '' }] : [];
  });
}

const text = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);
