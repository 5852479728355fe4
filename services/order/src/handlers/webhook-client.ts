import * as http from 'node:http';
import * as https from 'node:https';
import { isPublicHost, NonPublicAddress, publicLookup, type Resolve } from '@waybill/platform';
import type { Answer } from '../domain/webhook.js';

export interface WebhookClientOptions {
  /** Whether it also calls what is not on the public internet. */
  targets: 'public' | 'any';
  /** Milliseconds for all: name, connection, TLS, and the answer's headers. */
  timeout: number;
  /** Default: name servers. */
  resolve?: Resolve;
}

/** No answer came. Without the original error: that of a receiver must not count as an outage of ours, which is waited for. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Calls addresses that strangers chose. Each call has a connection of its own, so that each is checked. */
export class WebhookClient {
  constructor(private readonly options: WebhookClientOptions) {}

  /**
   * Resolves with the answer whatever its status, follows no redirect and reads no body. Rejects with `NonPublicAddress`,
   * having sent nothing, or `NoAnswer`.
   */
  async post(url: string, headers: Record<string, string>, body: string, signal: AbortSignal): Promise<Answer> {
    const target = new URL(url);
    const { targets, timeout, resolve } = this.options;
    if (targets === 'public' && !isPublicHost(target)) throw new NonPublicAddress(`${target.hostname} is not public`);

    const { promise, resolve: answer, reject } = Promise.withResolvers<Answer>();
    const { request: open } = target.protocol === 'https:' ? https : http;
    const request = open(target, {
      method: 'POST',
      agent: false,
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      ...(targets === 'public' && { lookup: publicLookup(resolve) }),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      answer({ status: response.statusCode!, retryAfter: response.headers['retry-after'] });
      response.destroy(); // its status has said it all, and its body may never end
    });
    request.end(body);
    return promise.catch((error) => {
      throw error instanceof NonPublicAddress ? error : new NoAnswer(`the receiver did not answer: ${codeOf(error)}`);
    });
  }
}

/** Never the message, which names the receiver. */
function codeOf(error: Error & { code?: string; cause?: unknown }): string {
  if (error.name === 'AbortError') return 'it took too long';
  return error.code ?? error.name;
}
