import { jsonBody, readEventStream, request } from '@waybill/cli';

const ORDER = JSON.stringify({
  customerId: 'cus_bench',
  email: 'bench@example.com',
  items: [{ sku: 'BOOK-001', quantity: 1 }],
  paymentToken: 'tok_ok',
});
const FOLLOWED_FOR = 10 * 60_000;

/** Times of an order, as `performance.now()` of its client. */
interface OrderTimes {
  placed: number;
  confirmed: number;
}

/** Places them all at once and follows each until it is DELIVERED. */
export function placeAtOnce(orderApi: string, count: number): Promise<OrderTimes[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const { orderId, placed } = await place(orderApi);
      return { placed, confirmed: await follow(orderApi, orderId, 'DELIVERED') };
    }),
  );
}

/** Each is placed when the one before is CONFIRMED. Resolves when all are DELIVERED. */
export async function placeOneByOne(orderApi: string, count: number): Promise<OrderTimes[]> {
  const times: OrderTimes[] = [];
  const orderIds: string[] = [];
  while (times.length < count) {
    const { orderId, placed } = await place(orderApi);
    times.push({ placed, confirmed: await follow(orderApi, orderId, 'CONFIRMED') });
    orderIds.push(orderId);
  }
  await Promise.all(orderIds.map((orderId) => follow(orderApi, orderId, 'DELIVERED')));
  return times;
}

async function place(orderApi: string): Promise<{ orderId: string; placed: number }> {
  const placed = performance.now();
  const response = await request(`${orderApi}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    body: ORDER,
  });
  return { ...(await jsonBody<{ orderId: string }>(response)), placed };
}

/** Reads the order's server-sent events up to this status. Resolves with the time when CONFIRMED arrived. */
async function follow(orderApi: string, orderId: string, last: 'CONFIRMED' | 'DELIVERED'): Promise<number> {
  const close = new AbortController();
  const signal = AbortSignal.any([close.signal, AbortSignal.timeout(FOLLOWED_FOR)]);
  let status = 'unknown';
  let confirmed = 0;
  try {
    const { body } = await request(`${orderApi}/orders/${orderId}/events`, { signal });
    for await (const event of readEventStream(body!)) {
      if (event.event === 'status') ({ status } = JSON.parse(event.data) as { status: string });
      if (status === 'CONFIRMED' && !confirmed) confirmed = performance.now();
      if (status === last) return confirmed;
    }
  } finally {
    close.abort();
  }
  throw new Error(`order ${orderId} ended its events at ${status}, not at ${last}: the figures would be meaningless`);
}
