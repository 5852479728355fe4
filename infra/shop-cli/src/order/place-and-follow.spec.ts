import { emptyList, FakeHttpServer, hangUp, inSequence, jsonResponse, type Route } from '@waybill/testing';
import { orderEvents } from './order-events.fixture.js';
import { placeAndFollow } from './place-and-follow.js';

const ORDER = {
  customerId: 'c',
  email: 'a@example.com',
  items: [{ sku: 'BOOK-001', quantity: 1 }],
  paymentToken: 'tok_ok',
};
const accepted = jsonResponse(202, { orderId: 'o', status: 'PENDING' });
const EVENTS = 'GET /orders/o/events';

let orderApi: FakeHttpServer;
afterEach(() => orderApi.stop());

async function run(routes: Record<string, Route>, timeout = 10_000) {
  orderApi = await FakeHttpServer.start({ 'POST /orders': accepted, ...routes });
  const seen: string[] = [];
  const result = await placeAndFollow(orderApi.url, ORDER, { timeout, onState: ({ status }) => seen.push(status) });
  return { ...result, seen };
}

/** Passes each value of a request header to `record`. */
const recording =
  (header: string, record: (value: unknown) => void, route: Route): Route =>
  (request, response) => {
    record(request.headers[header]);
    route(request, response);
  };

describe('following an order', () => {
  it('shows each state up to the outcome', async () => {
    const { seen, state, acceptedAfter, stateAfter, failure } = await run({
      [EVENTS]: orderEvents([
        { id: 1, status: 'PENDING' },
        { id: 2, status: 'RESERVED' },
        { id: 3, status: 'FAILED', reason: 'PAYMENT_DECLINED' },
      ]),
    });

    expect(seen).toEqual(['PENDING', 'RESERVED', 'FAILED']);
    expect(state).toMatchObject({ status: 'FAILED', reason: 'PAYMENT_DECLINED' });
    expect(stateAfter).toBeGreaterThan(acceptedAfter!);
    expect(failure).toBeUndefined();
  });

  it('resumes after the last event seen when the connection breaks', async () => {
    const resumedFrom: unknown[] = [];
    const { seen } = await run({
      [EVENTS]: recording(
        'last-event-id',
        (id) => resumedFrom.push(id),
        inSequence(
          orderEvents([{ id: 7, status: 'PENDING' }], true),
          hangUp,
          orderEvents([{ id: 9, status: 'CONFIRMED' }]),
        ),
      ),
    });

    expect(seen).toEqual(['PENDING', 'CONFIRMED']);
    expect(resumedFrom).toEqual([undefined, '7', '7']);
  });

  it('polls where server-sent events are blocked', async () => {
    const status = (name: string, terminal = false) => jsonResponse(200, { orderId: 'o', status: name, terminal });
    const { seen } = await run({
      [EVENTS]: jsonResponse(502, {}),
      'GET /orders/o/status': inSequence(
        status('PENDING'),
        hangUp,
        status('PENDING'),
        status('PAID'),
        status('CONFIRMED', true),
      ),
    });

    expect(seen).toEqual(['PENDING', 'PAID', 'CONFIRMED']);
    expect(orderApi.requests).toContain('GET /orders/o/status?wait=10');
  });

  it('reports the last state of an order without an outcome in time', async () => {
    const { failure } = await run({ [EVENTS]: stalledIn('RESERVED') }, 500);
    expect(failure).toBe('no outcome within 0.5 s: the order is RESERVED');
  });
});

describe('placing an order', () => {
  it('retries with the same key while the service is unavailable, overloaded, or the key is in flight', async () => {
    const keys = new Set<unknown>();
    const { orderId, failure } = await run({
      'POST /orders': recording(
        'idempotency-key',
        (key) => keys.add(key),
        inSequence(
          hangUp,
          jsonResponse(503, {}),
          jsonResponse(429, {}, { 'retry-after': '1' }),
          jsonResponse(409, {}),
          accepted,
        ),
      ),
      [EVENTS]: orderEvents([{ id: 1, status: 'CONFIRMED' }]),
    });

    expect({ orderId, failure }).toEqual({ orderId: 'o', failure: undefined });
    expect(keys.size).toBe(1);
  });

  it('does not retry a rejection, and reports its reason', async () => {
    const { failure } = await run({
      'POST /orders': jsonResponse(422, { title: 'The catalogue has no such SKU', detail: 'unknown: BOOK-999' }),
      'GET /orders': emptyList,
    });

    expect(failure).toBe('the order was rejected with 422: The catalogue has no such SKU; unknown: BOOK-999');
    expect(orderApi.requests).toEqual(['POST /orders']);
  });
});

/** One event, then an open connection without any more. */
function stalledIn(status: string): Route {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: 1\nevent: status\ndata: {"orderId":"o","status":"${status}","terminal":false}\n\n`);
  };
}
