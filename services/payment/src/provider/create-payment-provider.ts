import type { Logger } from '@waybill/platform';
import type { Config } from '../config.js';
import { circuitBroken } from './circuit-breaker.js';
import { HttpPaymentProvider } from './http-payment-provider.js';
import { measured } from './measured.js';
import type { PaymentProvider } from './payment-provider.js';
import { rateLimited } from './rate-limit.js';
import { StripePaymentProvider } from './stripe-payment-provider.js';

type Settings = Pick<
  Config,
  'PAYMENT_PROVIDER' | 'PAYMENT_PROVIDER_URL' | 'PAYMENT_PROVIDER_RATE' | 'STRIPE_SECRET_KEY' | 'STRIPE_URL'
>;

/** The provider that the settings choose. Calls wait for the rate limit only while the circuit breaker lets them through. */
export function createPaymentProvider(settings: Settings, logger: Logger): PaymentProvider {
  return circuitBroken(rateLimited(measured(chosen(settings)), settings.PAYMENT_PROVIDER_RATE), logger);
}

function chosen({ PAYMENT_PROVIDER, PAYMENT_PROVIDER_URL, STRIPE_SECRET_KEY, STRIPE_URL }: Settings): PaymentProvider {
  if (PAYMENT_PROVIDER === 'http') return new HttpPaymentProvider(PAYMENT_PROVIDER_URL);
  if (!STRIPE_SECRET_KEY) throw new Error('STRIPE_SECRET_KEY is missing: PAYMENT_PROVIDER=stripe needs it');
  return new StripePaymentProvider({ secretKey: STRIPE_SECRET_KEY, url: STRIPE_URL });
}
