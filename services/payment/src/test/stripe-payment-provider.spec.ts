import { type ChargeOrder, ProviderUnavailable } from '../provider/payment-provider.js';
import { StripePaymentProvider } from '../provider/stripe-payment-provider.js';
import { describeProvider } from './provider-conformance.fixture.js';
import { FakeStripe } from './stripe.fixture.js';

/** The SDK repeats a request once when its connection breaks, with an idempotency key of its own. */
function loseConfirmation(stripe: FakeStripe): void {
  stripe.failNext('/confirm', 'lost');
  stripe.failNext('/confirm', 'lost');
}

describeProvider('Stripe', async () => {
  const stripe = await FakeStripe.start();
  return {
    provider: new StripePaymentProvider({ secretKey: 'sk_test_1', url: stripe.url }),
    goodToken: 'tok_visa',
    declinedToken: 'tok_chargeDeclined',
    loseNextCharge: () => loseConfirmation(stripe),
    stop: () => stripe.stop(),
  };
});

describe('Stripe', () => {
  let stripe: FakeStripe;
  let provider: StripePaymentProvider;
  beforeEach(async () => {
    stripe = await FakeStripe.start();
    provider = new StripePaymentProvider({ secretKey: 'sk_test_1', url: stripe.url });
  });
  afterEach(() => stripe.stop());

  const order: ChargeOrder = {
    key: 'key',
    orderId: 'order',
    begun: { amount: 100, currency: 'EUR', at: new Date() },
    token: 'pm_card_visa',
  };
  const yesterday = { ...order.begun, at: new Date(Date.now() - 30 * 3_600_000) };

  it.each([
    ['/v1/payment_intents', 429, 'rate_limit', { isBusy: true, retryAfterSeconds: 2 }],
    ['/confirm', 429, 'lock_timeout', { isBusy: true, retryAfterSeconds: 2 }],
    ['/v1/payment_intents', 409, 'idempotency_key_in_use', { isBusy: true }],
    ['/confirm', 500, 'api_error', { isBusy: false }],
  ])('that answers %s with %i %s has given no definite answer', async (path, status, code, expected) => {
    const headers = { 'retry-after': '2' };
    stripe.failNext(path, { status, body: { error: { type: 'invalid_request_error', code, message: code } }, headers });
    await expect(provider.charge(order)).rejects.toBeInstanceOf(ProviderUnavailable);
    stripe.failNext(path, { status, body: { error: { type: 'invalid_request_error', code, message: code } }, headers });
    await expect(provider.charge(order)).rejects.toMatchObject(expected);
    expect(await provider.charge(order)).toEqual({ outcome: 'charged', id: 'pi_1' });
    expect(stripe.account.intents).toHaveLength(1);
  });

  it('that rejects our key is an error and no refusal', async () => {
    const stranger = new StripePaymentProvider({ secretKey: 'wrong', url: stripe.url });
    await expect(stranger.charge(order)).rejects.toMatchObject({ type: 'StripeAuthenticationError' });
  });

  it('that nobody reaches is told from one that breaks a connection', async () => {
    const unreachable = new StripePaymentProvider({ secretKey: 'sk_test_1', url: 'http://127.0.0.1:1' });
    await expect(unreachable.charge(order)).rejects.toMatchObject({ isUnreachable: true });
    loseConfirmation(stripe);
    await expect(provider.charge(order)).rejects.toMatchObject({ isUnreachable: false });
  });

  it('charges once also when it has forgotten the idempotency key', async () => {
    await provider.charge(order);
    stripe.forgetIdempotencyKeys();
    expect(await provider.charge({ ...order, begun: yesterday })).toEqual({ outcome: 'charged', id: 'pi_1' });
    expect(stripe.account.intents).toHaveLength(1);
  });

  it('refunds a charge whose idempotency key it has forgotten, once', async () => {
    await provider.charge(order);
    stripe.forgetIdempotencyKeys();
    const first = await provider.refund({ ...order, begun: yesterday });
    stripe.forgetIdempotencyKeys();
    expect(await provider.refund({ ...order, begun: yesterday })).toEqual(first);
    expect(stripe.account.refunds).toHaveLength(1);
  });

  it('is not asked about a charge that was never begun', async () => {
    expect(await provider.refund({ ...order, begun: undefined })).toEqual({ outcome: 'voided' });
    expect(stripe.requests).toEqual([]);
  });

  it('lists more than a page of charges and then the refunds', async () => {
    for (let n = 0; n < 101; n++) await provider.charge({ ...order, key: `key-${n}` });
    await provider.refund({ ...order, key: 'key-0' });
    const first = await provider.ledger({});
    const second = await provider.ledger({ cursor: first.nextCursor! });
    const third = await provider.ledger({ cursor: second.nextCursor! });
    expect([first, second, third].map(({ entries }) => entries.length)).toEqual([100, 1, 1]);
    expect(third).toMatchObject({ entries: [{ type: 'refund', chargeKey: 'key-0' }], nextCursor: undefined });
  });
});
