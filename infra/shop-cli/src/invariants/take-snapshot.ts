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
  const parts = readParts(endpoints);
  const values = await Promise.all(Object.values(parts));
  return Object.fromEntries(Object.keys(parts).map((part, index) => [part, values[index]])) as unknown as Snapshot;
}

/** How long a source may take, in ms, where the others are to be shown without it. */
const PATIENCE = 10_000;

/** What can be read: a part whose source is unavailable throws Unreachable when it is used. */
export async function takePartialSnapshot(endpoints: SnapshotEndpoints): Promise<Snapshot> {
  const snapshot = {} as Snapshot;
  const read = Object.entries(readParts(endpoints)).map(async ([part, value]) => {
    const get = await withPatience(part, value as Promise<unknown>).then(
      (known) => () => known,
      (error) => () => {
        throw error;
      },
    );
    Object.defineProperty(snapshot, part, { enumerable: true, get });
  });
  await Promise.all(read);
  return snapshot;
}

type Parts = { [Part in keyof Snapshot]: Promise<Snapshot[Part]> };

function readParts(endpoints: SnapshotEndpoints): Parts {
  const { orderApi, inventory, paymentProvider, analytics, mail } = endpoints;
  const others = {
    products: getAllPages<Product>(`${inventory}/products`),
    reservations: getAllPages<Reservation>(`${inventory}/reservations`),
    ledger: getAllPages<LedgerEntry>(`${paymentProvider}/ledger`),
    mails: readInbox(mail),
    summary: getJson<Summary>(`${analytics}/analytics/summary`),
    processes: readMetrics(endpoints),
  };
  // Orders last. An order that arrives meanwhile may then be missing in the other views, which the next snapshot
  // corrects; the other way round, its charge or reservation would look as if it belonged to no order.
  const orders = Promise.allSettled(Object.values(others)).then(() => getAllPages<Order>(`${orderApi}/orders`));
  return { orders, ...others };
}

async function withPatience<T>(part: string, value: Promise<T>): Promise<T> {
  // The orders are read after the others, which have the same patience.
  const limit = part === 'orders' ? 2 * PATIENCE : PATIENCE;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Unreachable(`${part}: no response within ${limit / 1_000} s`)), limit);
  return Promise.race([value, late.promise]).finally(() => clearTimeout(timer));
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
