import { z } from 'zod';
import type { Money } from '../domain/payment.js';

/** Longer than its slowest good answer, shorter than the activity's own limit. */
const ANSWER_WITHIN = 8_000;

const Entry = z.object({ id: z.string(), amount: z.int(), currency: z.string() });
const RefundAnswer = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('voided') }),
  Entry.extend({ outcome: z.literal('refunded') }),
]);

export type ChargeAnswer = { outcome: 'charged'; id: string } | { outcome: 'declined' } | { outcome: 'voided' };

/** The provider may do it later: it is busy, failing, or could not be reached. Whether it did it now is not known. */
export class ProviderUnavailable extends Error {
  constructor(
    message: string,
    /** The provider's wish, from its `Retry-After`. */
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The third party that moves the money. */
export class PaymentProvider {
  constructor(private readonly url: string) {}

  /** Charges once for a key, however often it is asked. */
  async charge(key: string, charge: Money & { orderId: string; token: string }): Promise<ChargeAnswer> {
    const response = await this.post('/charges', charge, { 'idempotency-key': key });
    if (response.ok) return { outcome: 'charged', id: Entry.parse(await response.json()).id };
    if (response.status === 402) return { outcome: 'declined' };
    if (response.status === 409) return { outcome: 'voided' };
    throw await refusal(response);
  }

  /** Undoes what was charged under a key; where nothing was, whatever comes later under that key is refused. */
  async refund(chargeKey: string, orderId: string): Promise<z.output<typeof RefundAnswer>> {
    const response = await this.post('/refunds', { chargeKey, orderId });
    if (response.ok) return RefundAnswer.parse(await response.json());
    throw await refusal(response);
  }

  private async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    try {
      return await fetch(new URL(path, this.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN),
      });
    } catch (error) {
      throw new ProviderUnavailable('the payment provider gave no answer', undefined, { cause: error });
    }
  }
}

async function refusal(response: Response): Promise<Error> {
  const text = `the payment provider answered ${response.status}`;
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    const seconds = Number(response.headers.get('retry-after'));
    return new ProviderUnavailable(text, seconds > 0 ? seconds : undefined);
  }
  return new Error(`${text}: ${await response.text()}`);
}
