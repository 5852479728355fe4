import { FakeHttpServer, hangUp, inSequence, jsonResponse, type Route } from '@waybill/testing';
import { checkInvariants } from './check-invariants.js';
import { healthySystem } from './healthy-system.fixture.js';

let fake: FakeHttpServer;
afterEach(() => fake.stop());

const { orders, products, reservations, ledger, mails, summary } = healthySystem();
const inbox = mails.map(({ orderId, type, messageId }) => ({
  headers: { 'x-waybill-order-id': orderId, 'x-waybill-mail-type': type, 'message-id': messageId },
}));

const VIEWS: Record<string, Route> = {
  'GET /orders': list(orders),
  'GET /products': list(products),
  'GET /reservations': list(reservations),
  'GET /ledger': list(ledger),
  'GET /api/email': jsonResponse(200, inbox),
  'GET /analytics/summary': jsonResponse(200, summary),
  'GET /metrics': (_, response) => response.end('waybill_outbox_backlog{target="kafka"} 0\n'),
};

/** Two items a page, so that reading only the first page would miss some. */
function list(items: readonly unknown[]): Route {
  return (request, response) => {
    const start = Number(new URL(request.url!, 'http://x').searchParams.get('cursor') ?? 0);
    const next = start + 2;
    const nextCursor = next < items.length ? String(next) : null;
    jsonResponse(200, { items: items.slice(start, next), nextCursor })(request, response);
  };
}

async function check(routes: Record<string, Route> = {}, options = {}) {
  fake = await FakeHttpServer.start({ ...VIEWS, ...routes });
  const { url } = fake;
  const endpoints = { orderApi: url, inventory: url, paymentProvider: url, analytics: url, mail: url };
  return checkInvariants(endpoints, { settle: 10_000, ...options });
}

const verdicts = (results: { id: string; ok: boolean | null }[]) =>
  Object.fromEntries(results.map(({ id, ok }) => [id, ok]));

describe('checkInvariants', () => {
  it('reads every list to its end, and finds that a healthy system keeps all invariants', async () => {
    expect(verdicts(await check())).toEqual({
      I1: true,
      I2: true,
      I3: true,
      I4: true,
      I5: true,
      I6: null,
      I7: true,
      I8: true,
      I9: true,
    });
  });

  it('waits for a busy system to settle, and for a view that is unavailable for a moment', async () => {
    const lagging = jsonResponse(200, { ...summary, orders: { CONFIRMED: 2 } });
    const progress: string[] = [];
    const results = await check(
      {
        'GET /analytics/summary': inSequence(lagging, jsonResponse(200, summary)),
        'GET /products': inSequence(hangUp, list(products)),
      },
      { onProgress: (text: string) => progress.push(text) },
    );

    expect(verdicts(results)).toMatchObject({ I3: true, I5: true });
    expect(progress.length).toBeGreaterThan(0);
  });

  it('reports what is broken after the time to settle, with at most five examples', async () => {
    const charges = Array.from({ length: 7 }, (_, n) => ({ ...ledger[0]!, id: `x${n}`, orderId: `nobody-${n}` }));
    const results = await check({ 'GET /ledger': list([...ledger, ...charges]) }, { settle: 0 });

    const broken = results.find(({ ok }) => ok === false)!;
    expect(verdicts(results)).toMatchObject({ I1: true, I2: false });
    expect({ broken: broken.broken, examples: broken.examples.length }).toEqual({ broken: 7, examples: 5 });
  });

  it('reads the inbox of Maildev 2, too', async () => {
    const results = await check({ 'GET /api/email': jsonResponse(404, {}), 'GET /email': jsonResponse(200, inbox) });
    expect(verdicts(results)).toMatchObject({ I4: true });
  });

  it('names the view that cannot be reached', async () => {
    await expect(check({ 'GET /ledger': hangUp }, { settle: 0 })).rejects.toThrow('/ledger');
  });
});
