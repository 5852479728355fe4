import { emptyList, events, FakeSystem, hangUp, inTurn, json, type Route } from './fake-system.fixture.js';
import { runOrder } from './run-order.js';

const ORDER = {
  customerId: 'c',
  email: 'a@example.com',
  items: [{ sku: 'BOOK-001', quantity: 1 }],
  paymentToken: 'tok_ok',
};
const accepted = json(202, { orderId: 'o', status: 'PENDING' });
const EVENTS = 'GET /orders/o/events';

let system: FakeSystem;
afterEach(() => system.stop());

async function run(routes: Record<string, Route>, timeout = 10_000) {
  system = await FakeSystem.start({ 'POST /orders': accepted, ...routes });
  const seen: string[] = [];
  const result = await runOrder(system.url, ORDER, { timeout, onState: ({ status }) => seen.push(status) });
  return { ...result, seen };
}

describe('an order that is followed', () => {
  it('shows each state until its outcome', async () => {
    const { seen, state, accepted, at, failure } = await run({
      [EVENTS]: events([
        { id: 1, status: 'PENDING' },
        { id: 2, status: 'RESERVED' },
        { id: 3, status: 'FAILED', reason: 'PAYMENT_DECLINED' },
      ]),
    });

    expect(seen).toEqual(['PENDING', 'RESERVED', 'FAILED']);
    expect(state).toMatchObject({ status: 'FAILED', reason: 'PAYMENT_DECLINED' });
    expect(at).toBeGreaterThan(accepted!);
    expect(failure).toBeUndefined();
  });

  it('is taken up again after the last state seen when the connection breaks', async () => {
    const from: (string | undefined)[] = [];
    const noting =
      (route: Route): Route =>
      (request, response) => {
        from.push(request.headers['last-event-id'] as string | undefined);
        route(request, response);
      };
    const { seen } = await run({
      [EVENTS]: inTurn(
        noting(events([{ id: 7, status: 'PENDING' }], true)),
        noting(hangUp),
        noting(events([{ id: 9, status: 'CONFIRMED' }])),
      ),
    });

    expect(seen).toEqual(['PENDING', 'CONFIRMED']);
    expect(from).toEqual([undefined, '7', '7']);
  });

  it('is polled where server-sent events do not get through', async () => {
    const status = (name: string, terminal = false) => json(200, { orderId: 'o', status: name, terminal });
    const { seen } = await run({
      [EVENTS]: json(502, {}),
      'GET /orders/o/status': inTurn(
        status('PENDING'),
        hangUp,
        status('PENDING'),
        status('PAID'),
        status('CONFIRMED', true),
      ),
    });

    expect(seen).toEqual(['PENDING', 'PAID', 'CONFIRMED']);
    expect(system.requests).toContain('GET /orders/o/status?wait=10');
  });

  it('that has no outcome in time says where it stands', async () => {
    const { failure } = await run({ [EVENTS]: silentAfter('RESERVED') }, 500);
    expect(failure).toBe('no outcome within 0.5 s: the order is RESERVED');
  });
});

describe('an order that is placed', () => {
  it('is asked for again with the same key while the answer is away, too busy, or in flight', async () => {
    const keys = new Set<unknown>();
    const noting =
      (route: Route): Route =>
      (request, response) => {
        keys.add(request.headers['idempotency-key']);
        route(request, response);
      };
    const { orderId, failure } = await run({
      'POST /orders': noting(
        inTurn(hangUp, json(503, {}), json(429, {}, { 'retry-after': '1' }), json(409, {}), accepted),
      ),
      [EVENTS]: events([{ id: 1, status: 'CONFIRMED' }]),
    });

    expect({ orderId, failure }).toEqual({ orderId: 'o', failure: undefined });
    expect(keys.size).toBe(1);
  });

  it('and refused is not asked for again, and says why', async () => {
    const { failure } = await run({
      'POST /orders': json(422, { title: 'The catalogue has no such SKU', detail: 'unknown: BOOK-999' }),
      'GET /orders': emptyList,
    });

    expect(failure).toBe('the order was refused with 422: The catalogue has no such SKU; unknown: BOOK-999');
    expect(system.requests).toEqual(['POST /orders']);
  });
});

function silentAfter(status: string): Route {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`id: 1\nevent: status\ndata: {"orderId":"o","status":"${status}","terminal":false}\n\n`);
  };
}
