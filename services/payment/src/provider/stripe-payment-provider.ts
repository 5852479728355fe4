import type { Stripe } from 'stripe';
import {
  type ChargeOrder,
  type ChargeReference,
  type LedgerPage,
  type LedgerQuery,
  type PaymentProvider,
  type ProviderCharge,
  type ProviderRefund,
  ProviderUnavailable,
} from './payment-provider.js';
import { translated } from './stripe-errors.js';
import { readStripeLedger } from './stripe-ledger.js';

/** Longer than the slowest successful response, shorter than the activity's timeout: two calls must fit into that. */
const RESPONSE_TIMEOUT = 4_500;
/** Stripe forgets an idempotency key after a day at the earliest. By then its search has long known the intent. */
const KEY_IS_SAFE_FOR = 12 * 3_600_000;

/** Why an intent was canceled, in Stripe's words: it says which of the two was first. */
const VOIDED = 'requested_by_customer';
const DECLINED = 'abandoned';

export interface StripeOptions {
  secretKey: string;
  /** Default: Stripe's. */
  url?: string | undefined;
}

/**
 * Stripe, by Payment Intents. An intent is created without moving money and then confirmed; a refund finds the same intent by
 * its idempotency key and cancels it, or returns its money. Stripe lets either the confirmation or the cancellation of an
 * intent succeed, so they need no order of their own.
 */
export class StripePaymentProvider implements PaymentProvider {
  private client: Promise<Stripe> | undefined;

  constructor(private readonly options: StripeOptions) {}

  charge({ token, ...charge }: ChargeOrder): Promise<ProviderCharge> {
    return this.calling(async (stripe) => {
      const { id } = await intentOf(stripe, charge);
      const card = token.startsWith('tok_')
        ? { payment_method_data: { type: 'card' as const, card: { token } } }
        : { payment_method: token };
      const status = await stripe.paymentIntents.confirm(id, { ...card, error_on_requires_action: true }).then(
        (intent) => intent.status,
        async (error) => (error.type === 'StripeCardError' ? DECLINED : (await stateAfter(stripe, id, error)).status),
      );
      if (status === 'succeeded') return { outcome: 'charged', id };
      if (status === DECLINED || status === 'canceled') return decline(stripe, id);
      throw new ProviderUnavailable(`the payment intent is ${status}`);
    });
  }

  refund({ begun, ...charge }: ChargeReference): Promise<ProviderRefund> {
    return this.calling(async (stripe) => {
      if (!begun) return { outcome: 'voided' }; // our own record stops a later charge
      const { id: chargeId } = await intentOf(stripe, { ...charge, begun });
      const { status } = await cancel(stripe, chargeId, VOIDED);
      if (status === 'canceled') return { outcome: 'voided' };
      if (status !== 'succeeded') throw new ProviderUnavailable(`the payment intent is ${status}`);
      const { id, amount, currency } = await giveBack(stripe, chargeId, charge);
      return { outcome: 'refunded', id, chargeId, amount, currency: currency.toUpperCase() };
    });
  }

  ledger(query: LedgerQuery): Promise<LedgerPage> {
    return this.calling((stripe) => readStripeLedger(stripe, query));
  }

  /** The SDK is loaded only if it is used: it is large. */
  private async calling<T>(call: (stripe: Stripe) => Promise<T>): Promise<T> {
    this.client ??= import('stripe').then(
      ({ Stripe }) => new Stripe(this.options.secretKey, clientOptions(this.options.url)),
    );
    const stripe = await this.client;
    return call(stripe).catch(translated);
  }
}

/** Our saga repeats calls. The SDK does so only where a connection broke: once, with a key of its own. */
function clientOptions(url: string | undefined) {
  const options = { maxNetworkRetries: 0, timeout: RESPONSE_TIMEOUT, telemetry: false };
  if (!url) return options;
  const { protocol, hostname: host, port } = new URL(url);
  return { ...options, protocol: protocol === 'http:' ? ('http' as const) : ('https' as const), host, port };
}

/** The intent of a key; created at the first call. */
async function intentOf(stripe: Stripe, { key, orderId, begun }: Omit<ChargeOrder, 'token'>): Promise<{ id: string }> {
  if (Date.now() - begun.at.getTime() > KEY_IS_SAFE_FOR) {
    const { data } = await stripe.paymentIntents.search({ query: `metadata['chargeKey']:'${key}'` });
    if (data[0]) return data[0];
  }
  const { amount, currency } = begun;
  const intent = { amount, currency: currency.toLowerCase(), payment_method_types: ['card'] };
  return stripe.paymentIntents.create({ ...intent, metadata: { chargeKey: key, orderId } }, { idempotencyKey: key });
}

/** A declined intent could be confirmed again, and succeed. Canceled, it is final. */
async function decline(stripe: Stripe, id: string): Promise<ProviderCharge> {
  const { status, cancellation_reason } = await cancel(stripe, id, DECLINED);
  if (status === 'succeeded') return { outcome: 'charged', id }; // by a concurrent try
  if (status !== 'canceled') throw new ProviderUnavailable(`the payment intent is ${status}`);
  return { outcome: cancellation_reason === VOIDED ? 'voided' : 'declined' };
}

/** Cancels it unless it has ended; returns what holds. */
function cancel(stripe: Stripe, id: string, reason: typeof VOIDED | typeof DECLINED): Promise<Stripe.PaymentIntent> {
  return stripe.paymentIntents
    .cancel(id, { cancellation_reason: reason })
    .catch((error) => stateAfter(stripe, id, error));
}

/** `payment_intent_unexpected_state`: another call was first. */
function stateAfter(stripe: Stripe, id: string, error: { code?: string }): Promise<Stripe.PaymentIntent> {
  if (error.code !== 'payment_intent_unexpected_state') throw error;
  return stripe.paymentIntents.retrieve(id);
}

/** The whole charge, once. The key may be forgotten by now; then Stripe says that the charge was refunded before. */
async function giveBack(stripe: Stripe, id: string, { key, orderId }: { key: string; orderId: string }) {
  try {
    const refund = { payment_intent: id, metadata: { chargeKey: key, orderId } };
    return await stripe.refunds.create(refund, { idempotencyKey: `${key}-refund` });
  } catch (error) {
    if ((error as { code?: string }).code !== 'charge_already_refunded') throw error;
    const { data } = await stripe.refunds.list({ payment_intent: id });
    if (!data[0]) throw error;
    return data[0];
  }
}
