import { metric } from '@waybill/outbox';
import { Counter } from 'prom-client';
import { type KeyedRequest, KeyInFlight, KeyReusedWithAnotherPayload } from './idempotency-keys.js';
import type { IdempotentResponse } from './response.js';

/** Counts what comes of each request that has a key. */
export class KeyMetrics {
  private readonly requests: Counter;

  constructor(namespace = 'waybill') {
    this.requests = metric(
      `${namespace}_idempotency_requests_total`,
      (name) =>
        new Counter({
          name,
          help: 'Requests with an Idempotency-Key: first, replayed, in_flight (409), reused for another payload (422), failed',
          labelNames: ['outcome'],
        }),
    );
  }

  async counted({ key }: KeyedRequest, work: () => Promise<IdempotentResponse>): Promise<IdempotentResponse> {
    if (key === undefined) return work();
    try {
      const response = await work();
      this.requests.inc({ outcome: response.replayed ? 'replayed' : 'first' });
      return response;
    } catch (error) {
      this.requests.inc({ outcome: outcomeOf(error) });
      throw error;
    }
  }
}

function outcomeOf(error: unknown): string {
  if (error instanceof KeyInFlight) return 'in_flight';
  return error instanceof KeyReusedWithAnotherPayload ? 'reused' : 'failed';
}
