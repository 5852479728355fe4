import { createLogger } from '@waybill/platform';
import { FakeHttpServer, jsonResponse, type Route, until } from '@waybill/testing';
import { register } from 'prom-client';
import { circuitBroken } from '../provider/circuit-breaker.js';
import { HttpPaymentProvider } from '../provider/http-payment-provider.js';
import type { ChargeOrder, PaymentProvider } from '../provider/payment-provider.js';
import { Provider } from './provider.fixture.js';

const silent = createLogger({ service: 'test', level: 'silent' });
const anOrder = (token = 'tok_ok'): ChargeOrder => {
  const orderId = crypto.randomUUID();
  return { key: `${orderId}-1`, orderId, begun: { amount: 1, currency: 'EUR', at: new Date() }, token };
};
const openMessage = 'its circuit breaker is open';
/** Each result as the outcome or the error's message, and how often. */
async function tally(calls: Promise<{ outcome: string }>[]): Promise<Record<string, number>> {
  const texts = await Promise.all(
    calls.map((call) =>
      call.then(
        ({ outcome }) => outcome,
        (error) => error.message,
      ),
    ),
  );
  return Object.fromEntries([...Map.groupBy(texts, (text) => text)].map(([text, all]) => [text, all.length]));
}
const charges = (provider: PaymentProvider, count: number, token?: string) =>
  Array.from({ length: count }, () => provider.charge(anOrder(token)));

/** Each of them three times, as their sagas do. */
async function failForGood(provider: PaymentProvider, count: number): Promise<void> {
  const orders = Array.from({ length: count }, () => anOrder());
  for (let n = 0; n < 3; n++) await Promise.allSettled(orders.map((order) => provider.charge(order)));
}

/** What the gauge shows. */
async function state(): Promise<string | undefined> {
  const { values } = await register.getSingleMetric('waybill_payment_provider_breaker_state')!.get();
  return values.find(({ value }) => value === 1)?.labels.state as string;
}

describe('the circuit breaker before a provider that is down', () => {
  let isDown: boolean;
  let fake: FakeHttpServer;
  let provider: PaymentProvider;
  beforeEach(async () => {
    isDown = true;
    const orDown =
      (route: Route): Route =>
      (request, response) =>
        (isDown ? jsonResponse(503, {}) : route)(request, response);
    fake = await FakeHttpServer.start({
      'POST /charges': orDown(jsonResponse(201, { id: 'ch_1' })),
      'POST /refunds': orDown(jsonResponse(200, { outcome: 'voided' })),
      'GET /ledger': orDown(jsonResponse(200, { items: [], nextCursor: null })),
    });
    provider = circuitBroken(new HttpPaymentProvider(fake.url), silent);
  });
  afterEach(() => fake.stop());

  it('opens, and calls it no more', async () => {
    await failForGood(provider, 30);
    expect(await state()).toBe('open');
    const before = fake.requests.length;
    await expect(provider.charge(anOrder())).rejects.toMatchObject({ name: 'Error', isBusy: false });
    await expect(provider.refund(anOrder())).rejects.toThrow(openMessage);
    expect(fake.requests.length).toBe(before);
  });

  it('lets calls through soon after it works again, with one probe for all of them', async () => {
    await failForGood(provider, 30);
    isDown = false;
    await until('the breaker lets a call through', async () => {
      const results = await tally(charges(provider, 10));
      return results.charged === 10;
    });
    expect(await state()).toBe('closed');
    expect(fake.requests.filter((request) => request.startsWith('GET /ledger'))).toHaveLength(1);
  });

  it('stays open while the probe fails', async () => {
    await failForGood(provider, 30);
    const probes = () => fake.requests.filter((request) => request.startsWith('GET /ledger')).length;
    await until('it was probed', async () => {
      await tally(charges(provider, 1));
      return probes() > 0;
    });
    expect(await state()).toBe('open');
    expect(fake.requests.filter((request) => request.startsWith('POST'))).toHaveLength(90);
  });

  it('opens for a few orders too when nobody listens there', async () => {
    const unreachable = circuitBroken(new HttpPaymentProvider(fake.url), silent);
    await fake.stop();
    const order = anOrder();
    for (let n = 0; n < 20; n++) await expect(unreachable.charge(order)).rejects.toThrow('did not respond');
    await expect(unreachable.charge(order)).rejects.toThrow(openMessage);
  });

  it('does not open for first and second failures, however many', async () => {
    const orders = Array.from({ length: 100 }, () => anOrder());
    for (let n = 0; n < 2; n++) await Promise.allSettled(orders.map((order) => provider.charge(order)));
    expect(await state()).toBe('closed');
  });

  it('does not open for an order that fails again and again', async () => {
    const order = anOrder();
    for (let n = 0; n < 50; n++) await expect(provider.charge(order)).rejects.toThrow('responded with 503');
    expect(await state()).toBe('closed');
  });
});

describe('the circuit breaker before a provider that works', () => {
  let process: Provider;
  let provider: PaymentProvider;
  beforeAll(async () => {
    process = await Provider.start();
    provider = circuitBroken(new HttpPaymentProvider(process.url), silent);
  });
  afterAll(() => process.remove());

  it('stays closed for declined charges, voided ones and 429', async () => {
    expect(await tally(charges(provider, 40, 'tok_declined'))).toEqual({ declined: 40 });
    expect(await tally(charges(provider, 40, 'tok_rate_limited'))).toEqual({
      'the payment provider responded with 429': 40,
    });
    expect(await state()).toBe('closed');
  });

  it('charges every good order at once while a third of the cards fail for ever', async () => {
    const failing = Array.from({ length: 25 }, () => anOrder('tok_unavailable'));
    for (let round = 0; round < 8; round++) {
      const [good] = await Promise.all([
        tally(charges(provider, 7)),
        tally(failing.slice(0, 3 * (round + 1)).map((order) => provider.charge(order))),
      ]);
      expect(good).toEqual({ charged: 7 });
    }
    expect(await state()).toBe('closed');
  });
});
