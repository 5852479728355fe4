import { FakeHttpServer, jsonResponse } from '@waybill/testing';
import { HttpPaymentProvider } from '../provider/http-payment-provider.js';
import type { ChargeOrder } from '../provider/payment-provider.js';
import { rateLimited } from '../provider/rate-limit.js';

const order: ChargeOrder = {
  key: 'key',
  orderId: 'order',
  begun: { amount: 1, currency: 'EUR', at: new Date() },
  token: 'tok_ok',
};

let fake: FakeHttpServer;
const arrivals: number[] = [];
beforeEach(async () => {
  arrivals.length = 0;
  fake = await FakeHttpServer.start({
    'POST /charges': (request, response) => {
      arrivals.push(performance.now());
      jsonResponse(201, { id: 'ch_1' })(request, response);
    },
  });
});
afterEach(() => fake.stop());

describe('the rate limit', () => {
  it('lets calls through at its rate, all of them', async () => {
    const provider = rateLimited(new HttpPaymentProvider(fake.url), 50);
    const start = performance.now();
    await Promise.all(Array.from({ length: 40 }, () => provider.charge(order)));
    expect(arrivals).toHaveLength(40);
    // 40 at 50 a second, a tenth of a second's worth of which may go at once.
    expect(arrivals.at(-1)! - start).toBeGreaterThan(650);
  });

  it('tells a call to come back when a second of calls waits already, instead of letting it wait', async () => {
    const provider = rateLimited(new HttpPaymentProvider(fake.url), 10);
    const calls = Array.from({ length: 30 }, () => provider.charge(order));
    const results = await Promise.allSettled(calls);
    const rejected = results.filter(({ status }) => status === 'rejected');
    expect(rejected).toHaveLength(20);
    expect(rejected[0]).toMatchObject({ reason: { isBusy: true, retryAfterSeconds: 1 } });
    expect(arrivals).toHaveLength(10);
  });
});
