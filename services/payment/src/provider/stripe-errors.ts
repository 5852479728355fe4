import type { Stripe } from 'stripe';
import { secondsOf } from './http-payment-provider.js';
import { ProviderUnavailable } from './payment-provider.js';

/**
 * Stripe's errors in our words. No definite answer: it did not respond, it failed (5xx), it is busy (429, also when another call
 * has locked the object), or the same key is in flight (409). Anything else is a mistake of ours or of the settings.
 */
export function translated(error: Stripe.errors.StripeError | Error): never {
  if (!('type' in error)) throw error;
  const { type, statusCode = 0, headers, message } = error;
  if (type === 'StripeConnectionError') {
    const code = (error as { detail?: NodeJS.ErrnoException }).detail?.code;
    throw new ProviderUnavailable('Stripe did not respond', { cause: error, isUnreachable: code === 'ECONNREFUSED' });
  }
  const isBusy = type === 'StripeRateLimitError' || statusCode === 409;
  if (!isBusy && statusCode < 500) throw error;
  throw new ProviderUnavailable(`Stripe responded with ${statusCode}: ${message}`, {
    cause: error,
    isBusy,
    retryAfterSeconds: secondsOf(headers?.['retry-after']),
  });
}
