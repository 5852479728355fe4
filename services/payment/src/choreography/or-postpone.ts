import { Postpone, type ReceivedMessage } from '@waybill/messaging';
import { ProviderUnavailable } from '../provider/payment-provider.js';

const SHORTEST = 250;
const LONGEST = 10_000;

/** Asks the provider again later when it gave no answer: as long as it takes, and less and less often. */
export async function orPostpone({ time }: ReceivedMessage, ask: () => Promise<unknown>): Promise<void> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    const age = Date.now() - Date.parse(time);
    const wait = error.retryAfterSeconds ? error.retryAfterSeconds * 1_000 : age / 2;
    throw new Postpone(Math.min(Math.max(wait, SHORTEST), LONGEST), error.message);
  }
}
