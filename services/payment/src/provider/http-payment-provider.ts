import { SpanKind } from '@opentelemetry/api';
import { traceHeaders, withSpan } from '@waybill/platform';
import { z } from 'zod';
import type {
  ChargeOrder,
  ChargeReference,
  LedgerPage,
  LedgerQuery,
  PaymentProvider,
  ProviderCharge,
  ProviderRefund,
} from './payment-provider.js';
import { ProviderUnavailable } from './payment-provider.js';

/** Longer than the slowest successful response, shorter than the activity's timeout. */
const RESPONSE_TIMEOUT = 8_000;
const PAGE_SIZE = '500';

const Money = { amount: z.int(), currency: z.string() };
const ChargeResult = z.object({ id: z.string() });
const RefundResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('voided') }),
  z.object({ outcome: z.literal('refunded'), id: z.string(), chargeId: z.string(), ...Money }),
]);
const LedgerResult = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      type: z.enum(['charge', 'refund']),
      chargeKey: z.string(),
      orderId: z.string(),
      at: z.coerce.date(),
      ...Money,
    }),
  ),
  nextCursor: z.string().nullable(),
});

/** The API of infra/payment-provider. */
export class HttpPaymentProvider implements PaymentProvider {
  constructor(private readonly url: string) {}

  async charge({ key, orderId, begun: { amount, currency }, token }: ChargeOrder): Promise<ProviderCharge> {
    const response = await this.post('/charges', { orderId, amount, currency, token }, { 'idempotency-key': key });
    if (response.ok) return { outcome: 'charged', id: ChargeResult.parse(await bodyOf(response)).id };
    if (response.status === 402) return discard(response, { outcome: 'declined' });
    if (response.status === 409) return discard(response, { outcome: 'voided' });
    throw await errorOf(response);
  }

  async refund({ key, orderId }: ChargeReference): Promise<ProviderRefund> {
    const response = await this.post('/refunds', { chargeKey: key, orderId });
    if (response.ok) return RefundResult.parse(await bodyOf(response));
    throw await errorOf(response);
  }

  async ledger({ orderId, since, cursor }: LedgerQuery): Promise<LedgerPage> {
    const query = new URLSearchParams({
      limit: PAGE_SIZE,
      ...(orderId && { orderId }),
      ...(since && { since: since.toISOString() }),
      ...(cursor && { cursor }),
    });
    const response = await this.request(`/ledger?${query}`);
    if (!response.ok) throw await errorOf(response);
    const { items, nextCursor } = LedgerResult.parse(await bodyOf(response));
    return { entries: items, nextCursor: nextCursor ?? undefined };
  }

  private post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    return this.request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }

  private request(path: string, { method = 'GET', ...init }: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.url);
    const attributes = { 'http.request.method': method, 'server.address': url.hostname };
    return withSpan(`${method} ${url.pathname}`, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      const headers = { ...init.headers, ...traceHeaders() };
      const signal = AbortSignal.timeout(RESPONSE_TIMEOUT);
      const response = await fetch(url, { ...init, method, headers, signal }).catch((error) => {
        throw noResponse(error);
      });
      span.setAttribute('http.response.status_code', response.status);
      return response;
    });
  }
}

/** The connection can also break between the head of a response and its end. */
async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text().catch((error) => {
    throw noResponse(error);
  });
  return JSON.parse(text);
}

async function discard<T>(response: Response, result: T): Promise<T> {
  await response.body?.cancel();
  return result;
}

function noResponse(error: unknown): ProviderUnavailable {
  const code = ((error as Error).cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  const isTooLate = (error as Error).name === 'TimeoutError';
  const isUnreachable =
    isTooLate || ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code);
  return new ProviderUnavailable('the payment provider did not respond', { cause: error, isUnreachable });
}

async function errorOf(response: Response): Promise<Error> {
  const text = `the payment provider responded with ${response.status}`;
  const isBusy = response.status === 429;
  if (!isBusy && response.status < 500) return new Error(`${text}: ${await bodyOf(response)}`);
  await response.body?.cancel();
  return new ProviderUnavailable(text, { isBusy, retryAfterSeconds: secondsOf(response.headers.get('retry-after')) });
}

/** `Retry-After` is a number of seconds or a date. Undefined when it says nothing. */
export function secondsOf(retryAfter: string | null | undefined, now = Date.now()): number | undefined {
  if (!retryAfter) return undefined;
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (Date.parse(retryAfter) - now) / 1_000;
  return seconds > 0 ? seconds : undefined;
}
