import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StripeAccount, type StripeAnswer } from './stripe-account.fixture.js';

/** A failure of the next request whose path ends so. `lost`: it takes effect, and its response never arrives. */
type Failure = { path: string; answer: StripeAnswer | 'lost' };

/**
 * A double of Stripe's API as it is documented, as far as we use it: Payment Intents, refunds, idempotency keys and errors.
 * https://docs.stripe.com/api/idempotent_requests, /api/errors, /payments/paymentintents/lifecycle
 */
export class FakeStripe {
  readonly account = new StripeAccount();
  /** `METHOD /path` of each request. */
  readonly requests: string[] = [];
  private readonly failures: Failure[] = [];
  private readonly replies = new Map<string, { body: string; answer: StripeAnswer }>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
  }

  static async start(): Promise<FakeStripe> {
    const fake = new FakeStripe();
    await new Promise<void>((resolve) => fake.server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers the next request whose path ends with `path` so. */
  failNext(path: string, answer: Failure['answer']): void {
    this.failures.push({ path, answer });
  }

  /** As after a day. */
  forgetIdempotencyKeys(): void {
    this.replies.clear();
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://stripe');
    this.requests.push(`${request.method} ${url.pathname}`);
    const body = await bodyOf(request);
    const failure = this.takeFailure(url.pathname);
    if (failure && failure !== 'lost') return send(response, failure);
    const answer = request.headers.authorization?.startsWith('Bearer sk_')
      ? this.once(request.headers['idempotency-key'] as string | undefined, body, () =>
          this.account.handle(request.method!, url, new URLSearchParams(body)),
        )
      : { status: 401, body: { error: { type: 'invalid_request_error', message: 'Invalid API Key provided' } } };
    if (failure === 'lost') request.socket.destroy();
    else send(response, answer);
  }

  /** The first answer to a key is repeated, whatever it was; with other parameters it is an error. */
  private once(key: string | undefined, body: string, handle: () => StripeAnswer): StripeAnswer {
    const before = key && this.replies.get(key);
    if (before && before.body === body) return { ...before.answer, headers: { 'idempotent-replayed': 'true' } };
    if (before) {
      const message =
        'Keys for idempotent requests can only be used with the same parameters they were first used with.';
      return { status: 400, body: { error: { type: 'idempotency_error', message } } };
    }
    const answer = handle();
    if (key) this.replies.set(key, { body, answer });
    return answer;
  }

  private takeFailure(path: string): Failure['answer'] | undefined {
    const index = this.failures.findIndex((failure) => path.endsWith(failure.path));
    return index < 0 ? undefined : this.failures.splice(index, 1)[0]!.answer;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

function send(response: ServerResponse, { status, body, headers = {} }: StripeAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
