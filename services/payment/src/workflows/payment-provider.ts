import { z } from 'zod';
import type { Money } from '../domain/payment.js';

/** Longer than the slowest successful response, shorter than the activity's timeout. */
const RESPONSE_TIMEOUT = 8_000;

const Entry = z.object({ id: z.string(), amount: z.int(), currency: z.string() });
const RefundResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('voided') }),
  Entry.extend({ outcome: z.literal('refunded') }),
]);

export type ProviderCharge = { outcome: 'charged'; id: string } | { outcome: 'declined' } | { outcome: 'voided' };

/** The provider is overloaded, failing or unreachable. A retry may succeed; whether this request took effect is unknown. */
export class ProviderUnavailable extends Error {
  constructor(
    message: string,
    /** From the response's `Retry-After`. */
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The third party that moves the money. */
export class PaymentProvider {
  constructor(private readonly url: string) {}

  /** Charges once per key, however often it is called. */
  async charge(key: string, charge: Money & { orderId: string; token: string }): Promise<ProviderCharge> {
    const response = await this.post('/charges', charge, { 'idempotency-key': key });
    if (response.ok) return { outcome: 'charged', id: Entry.parse(await response.json()).id };
    if (response.status === 402) return { outcome: 'declined' };
    if (response.status === 409) return { outcome: 'voided' };
    throw await errorOf(response);
  }

  /** Refunds the charge of a key. Without one it voids the key: the provider then rejects a later charge with it. */
  async refund(chargeKey: string, orderId: string): Promise<z.output<typeof RefundResult>> {
    const response = await this.post('/refunds', { chargeKey, orderId });
    if (response.ok) return RefundResult.parse(await response.json());
    throw await errorOf(response);
  }

  private async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    try {
      return await fetch(new URL(path, this.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(RESPONSE_TIMEOUT),
      });
    } catch (error) {
      throw new ProviderUnavailable('the payment provider did not respond', undefined, { cause: error });
    }
  }
}

async function errorOf(response: Response): Promise<Error> {
  const text = `the payment provider responded with ${response.status}`;
  if (response.status === 429 || response.status >= 500) {
    await response.body?.cancel();
    const seconds = Number(response.headers.get('retry-after'));
    return new ProviderUnavailable(text, seconds > 0 ? seconds : undefined);
  }
  return new Error(`${text}: ${await response.text()}`);
}
