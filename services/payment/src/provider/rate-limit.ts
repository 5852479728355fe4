import { TokenBucket } from 'limiter';
import { type PaymentProvider, ProviderUnavailable } from './payment-provider.js';

/** The longest that a call waits for its turn here, in seconds: a charge that waits is on its saga's clock. */
const LONGEST_WAIT = 1;

/**
 * Keeps this process under the provider's limit, so that it need not reject our calls. A call waits for its turn, and is told
 * to come back later when too many wait already.
 */
export function rateLimited(provider: PaymentProvider, perSecond: number): PaymentProvider {
  const burst = Math.max(1, Math.ceil(perSecond / 10));
  const bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: perSecond, interval: 'second' });
  let waiting = 0;

  const inTurn = async <T>(call: () => Promise<T>): Promise<T> => {
    if (waiting >= Math.max(1, perSecond * LONGEST_WAIT)) {
      throw new ProviderUnavailable('too many calls wait for the rate limit', {
        isBusy: true,
        retryAfterSeconds: waiting / perSecond,
      });
    }
    waiting += 1;
    try {
      await bucket.removeTokens(1);
    } finally {
      waiting -= 1;
    }
    return call();
  };
  return {
    charge: (order) => inTurn(() => provider.charge(order)),
    refund: (charge) => inTurn(() => provider.refund(charge)),
    ledger: (query) => inTurn(() => provider.ledger(query)),
  };
}
