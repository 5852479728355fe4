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

/** What can be read: a part whose source is unavailable throws Unreachable when it is used. */
export async function takePartialSnapshot(endpoints: SnapshotEndpoints): Promise<Snapshot> {
  const snapshot = {} as Snapshot;
  const read = Object.entries(readParts(endpoints, responds)).map(async ([part, value]) => {
    const get = await (value as Promise<unknown>).then(
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

/** How long a source may take to respond at all, in ms, where the others are to be shown without it. */
const PATIENCE = 2_000;

/** Throws Unreachable when the process does not respond, because it is frozen, say. */
async function responds(url: string): Promise<void> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(new Error(`no response within ${PATIENCE / 1_000} s`)), PATIENCE);
  try {
    const response = await request(`${url}/health/live`, { signal: timeout.signal });
    await response.body?.cancel();
  } finally {
    clearTimeout(timer);
  }
}

type Parts = { [Part in keyof Snapshot]: Promise<Snapshot[Part]> };

/** Each source is first given to `ready`, which may reject it. */
function readParts(endpoints: SnapshotEndpoints, ready: (url: string) => Promise<void> = async () => {}): Parts {
  const { orderApi, inventory, paymentProvider, analytics, mail } = endpoints;
  const others = {
    products: ready(inventory).then(() => getAllPages<Product>(`${inventory}/products`)),
    reservations: ready(inventory).then(() => getAllPages<Reservation>(`${inventory}/reservations`)),
    ledger: ready(paymentProvider).then(() => getAllPages<LedgerEntry>(`${paymentProvider}/ledger`)),
    mails: ready(mail).then(() => readInbox(mail)),
    summary: ready(analytics).then(() => getJson<Summary>(`${analytics}/analytics/summary`)),
    processes: readMetrics(endpoints, ready),
  };
  // Orders last. An order that arrives meanwhile may then be missing in the other views, which the next snapshot
  // corrects; the other way round, its charge or reservation would look as if it belonged to no order.
  const orders = Promise.allSettled(Object.values(others))
    .then(() => ready(orderApi))
    .then(() => getAllPages<Order>(`${orderApi}/orders`));
  return { orders, ...others };
}

function readMetrics(
  endpoints: SnapshotEndpoints,
  ready: (url: string) => Promise<void>,
): Promise<Snapshot['processes']> {
  const known = MEASURED.flatMap((name) => (endpoints[name] ? [[name, endpoints[name]] as const] : []));
  return Promise.all(
    known.map(async ([name, url]) => {
      await ready(url);
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
