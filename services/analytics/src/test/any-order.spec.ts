import { type Analytics, OrderStory, startAnalytics, summary } from './analytics.fixture.js';

let analytics: Analytics;
beforeAll(async () => {
  analytics = await startAnalytics();
});
afterAll(() => analytics.stop());

type Told =
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

/** Tells it all of a new order; resolves with the number of orders in each state that this made more. */
async function madeOf(events: readonly Told[]): Promise<Record<string, number>> {
  const before = (await summary(analytics)).orders;
  const story = new OrderStory(analytics);
  for (const event of events) await story[event]();
  const { orders } = await summary(analytics);
  const gained = Object.entries(orders).map(([status, n]) => [status, n - (before[status] ?? 0)] as const);
  return Object.fromEntries(gained.filter(([, n]) => n !== 0));
}

describe('an order', () => {
  it.each<[string, Told[]]>([
    ['in the order in which it happened', ['created', 'reserved', 'charged', 'confirmed', 'shipped', 'delivered']],
    ['with stock and payment last', ['created', 'confirmed', 'shipped', 'delivered', 'charged', 'reserved']],
    ['with stock and payment first', ['charged', 'reserved', 'created', 'confirmed', 'shipped', 'delivered']],
    ['with stock after it was shipped', ['created', 'charged', 'confirmed', 'shipped', 'reserved', 'delivered']],
  ])('is DELIVERED, and counted once, when the topics tell it %s', async (_, events) => {
    expect(await madeOf(events)).toEqual({ DELIVERED: 1 });
  });

  it.each<[string, string, Told[]]>([
    ['PENDING', 'nothing but its creation', ['created']],
    ['PAID', 'its payment before its reservation', ['created', 'charged', 'reserved']],
    ['CONFIRMED', 'its payment after its confirmation', ['created', 'confirmed', 'charged']],
    ['FAILED', 'its reservation after its failure', ['created', 'failed', 'reserved']],
    ['CANCELLED', 'its payment and refund after its cancellation', ['created', 'cancelled', 'charged', 'refunded']],
    ['RESERVED', 'a new attempt after its failure', ['created', 'failed', 'reservedAgain']],
    ['RESERVED', 'its failure after a new attempt', ['created', 'reservedAgain', 'failed']],
  ])('is %s when the topics tell %s', async (status, _, events) => {
    expect(await madeOf(events)).toEqual({ [status]: 1 });
  });
});
