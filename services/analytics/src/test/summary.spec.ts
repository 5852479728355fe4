import { type Analytics, OrderTimeline, startAnalytics, summary } from './analytics.fixture.js';

let analytics: Analytics;
beforeEach(async () => {
  analytics = await startAnalytics();
});
afterEach(() => analytics.stop());

const none = { p50: null, p95: null, p99: null };

describe('the summary', () => {
  it('of no orders is empty', async () => {
    expect(await summary(analytics)).toEqual({
      orders: {},
      revenue: { amount: 0, currency: 'EUR' },
      refunds: { amount: 0, currency: 'EUR' },
      otherCurrencies: [],
      topSkus: [],
      latencies: { createdToConfirmed: none, createdToShipped: none, createdToDelivered: none, createdToFailed: none },
    });
  });

  it('counts confirmed orders as revenue, also once they are delivered, and no others; refunds separately', async () => {
    const [confirmed, delivered, cancelled, failed, pending] = [
      new OrderTimeline(analytics, { amount: 1_000 }),
      new OrderTimeline(analytics, { amount: 200, quantity: 4, sku: 'BOOK-002' }),
      new OrderTimeline(analytics, { amount: 30 }),
      new OrderTimeline(analytics, { amount: 4 }),
      new OrderTimeline(analytics, { amount: 5_000 }),
    ];
    for (const order of [confirmed, delivered, cancelled, failed, pending]) await order.created();
    for (const order of [confirmed, delivered]) await order.confirmed();
    await delivered.shipped();
    await delivered.delivered();
    await cancelled.charged();
    await cancelled.refunded();
    await cancelled.cancelled();
    await failed.failed();

    expect(await summary(analytics)).toEqual({
      orders: { CONFIRMED: 1, DELIVERED: 1, CANCELLED: 1, FAILED: 1, PENDING: 1 },
      revenue: { amount: 1_200, currency: 'EUR' },
      refunds: { amount: 30, currency: 'EUR' },
      otherCurrencies: [],
      topSkus: [
        { sku: 'BOOK-002', quantity: 4 },
        { sku: 'BOOK-001', quantity: 2 },
      ],
      latencies: {
        createdToConfirmed: { p50: 2_000, p95: 2_000, p99: 2_000 },
        createdToShipped: { p50: 60_000, p95: 60_000, p99: 60_000 },
        createdToDelivered: { p50: 120_000, p95: 120_000, p99: 120_000 },
        createdToFailed: { p50: 5_000, p95: 5_000, p99: 5_000 },
      },
    });
  });

  it('never adds up amounts of different currencies', async () => {
    const [first, second, foreign] = [{ amount: 100 }, { amount: 200 }, { amount: 7_000, currency: 'USD' }].map(
      (total) => new OrderTimeline(analytics, total),
    );
    for (const order of [foreign, first, second]) {
      await order!.created();
      await order!.confirmed();
    }
    expect(await summary(analytics)).toMatchObject({
      revenue: { amount: 300, currency: 'EUR' },
      otherCurrencies: [{ revenue: { amount: 7_000, currency: 'USD' }, refunds: { amount: 0, currency: 'USD' } }],
    });
  });

  it('counts an event once when it is read again, also after the inbox has forgotten it', async () => {
    const [sold, refunded] = [new OrderTimeline(analytics), new OrderTimeline(analytics, { amount: 30 })];
    for (const publish of [sold.created, sold.confirmed, refunded.created, refunded.cancelled, refunded.refunded]) {
      const id = await publish();
      const once = await summary(analytics);
      await publish(id);
      expect(await summary(analytics)).toEqual(once);
      await analytics.database.pool.query('TRUNCATE waybill.inbox');
      await publish(id);
      expect(await summary(analytics)).toEqual(once);
    }
    expect(await summary(analytics)).toMatchObject({
      orders: { CONFIRMED: 1, CANCELLED: 1 },
      revenue: { amount: 2_500 },
      refunds: { amount: 30 },
      topSkus: [{ sku: 'BOOK-001', quantity: 2 }],
    });
  });

  it('counts the refunds of two attempts at an order, each once', async () => {
    const order = new OrderTimeline(analytics, { amount: 30 });
    for (const publish of [order.created, order.refunded, order.refundedAgain, order.refunded]) await publish();
    expect((await summary(analytics)).refunds).toEqual({ amount: 60, currency: 'EUR' });
  });
});
