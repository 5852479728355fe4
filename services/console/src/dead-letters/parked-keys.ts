import type { DeadLetterDetails, Page, PageRequest } from '@waybill/dlq';
import type { ParkedEventSummary } from '@waybill/outbox';
import { Problem } from '@waybill/platform';
import { reasonOf } from '../http/reason-of.js';

/** Milliseconds. */
const TIMEOUT = 2_000;

/** Asks consumers what they have parked: each has it in its own database. */
export class ParkedKeys {
  constructor(private readonly processes: ReadonlyMap<string, string>) {}

  /** The parked events of this dead letter's key, itself included. Throws Problem when its consumer does not respond. */
  async with({ sourceKind, source, consumer, key }: DeadLetterDetails, page: PageRequest) {
    if (sourceKind !== 'topic' || key === null) return { items: [], nextCursor: null };
    const query = new URLSearchParams({ topic: source, key, limit: String(page.limit) });
    if (page.cursor) query.set('cursor', page.cursor);
    return this.ask(consumer, query);
  }

  /** A service may have several processes, of which one consumes: `order` has `order-api` and `order-processor`. */
  private async ask(consumer: string, query: URLSearchParams): Promise<Page<ParkedEventSummary>> {
    const named = [...this.processes].filter(([name]) => name === consumer || name.startsWith(`${consumer}-`));
    const failures: string[] = [];
    for (const [name, url] of named) {
      try {
        const response = await fetch(`${url}/parked?${query}`, { signal: AbortSignal.timeout(TIMEOUT) });
        if (response.ok) return (await response.json()) as Page<ParkedEventSummary>;
        if (response.status !== 404) failures.push(`${name} answered ${response.status}`);
      } catch (error) {
        failures.push(`${name} does not respond: ${reasonOf(error)}`);
      }
    }
    const detail = failures.join('; ') || `no known process consumes as ${consumer}`;
    throw new Problem('unavailable', { detail, retryAfterSeconds: 2 });
  }
}
