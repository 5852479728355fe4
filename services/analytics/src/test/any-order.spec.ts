import { type Analytics, OrderTimeline, startAnalytics, summary } from './analytics.fixture.js';

let analytics: Analytics;
beforeAll(async () => {
  analytics = await startAnalytics();
});
afterAll(() => analytics.stop());

type EventName =
  | 'created'
  | 'reserved'
  | 'charged'
  | 'confirmed'
  | 'shipped'
  | 'delivered'
  | 'failed'
  | 'cancelled'
  | 'refunded'
  | 'reservedAgain';

/** Publishes these events of a new order; resolves with the change in the number of orders per status. */
async function countsAfter(events: readonly EventName[]): Promise<Record<string, number>> {
  const before = (await summary(analytics)).orders;
  const timeline = new OrderTimeline(analytics);
  for (const event of events) await timeline[event]();
  const { orders } = await summary(analytics);
  const changes = Object.entries(orders).map(([status, n]) => [status, n - (before[status] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, n]) => n !== 0));
}

describe('an order', () => {
  it.each<[string, EventName[]]>([
    ['in the order in which they happened', ['created', 'reserved', 'charged', 'confirmed', 'shipped', 'delivered']],
    ['with stock and payment last', ['created', 'confirmed', 'shipped', 'delivered', 'charged', 'reserved']],
    ['with stock and payment first', ['charged', 'reserved', 'created', 'confirmed', 'shipped', 'delivered']],
    ['with stock after the shipment', ['created', 'charged', 'confirmed', 'shipped', 'reserved', 'delivered']],
  ])('is DELIVERED, and counted once, when its events arrive %s', async (_, events) => {
    expect(await countsAfter(events)).toEqual({ DELIVERED: 1 });
  });

  it.each<[string, string, EventName[]]>([
    ['PENDING', 'only its creation', ['created']],
    ['PAID', 'its payment before its reservation', ['created', 'charged', 'reserved']],
    ['CONFIRMED', 'its payment after its confirmation', ['created', 'confirmed', 'charged']],
    ['FAILED', 'its reservation after its failure', ['created', 'failed', 'reserved']],
    ['CANCELLED', 'its payment and refund after its cancellation', ['created', 'cancelled', 'charged', 'refunded']],
    ['RESERVED', 'a new attempt after its failure', ['created', 'failed', 'reservedAgain']],
    ['RESERVED', 'its failure after a new attempt', ['created', 'reservedAgain', 'failed']],
  ])('is %s when it receives %s', async (status, _, events) => {
    expect(await countsAfter(events)).toEqual({ [status]: 1 });
  });
});
