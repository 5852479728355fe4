import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import { TokenBucket } from 'limiter';

/** One limit, shared by all publishers that get it. `burst` messages may go at once; default a tenth of a second's. */
export function rateLimit(perSecond: number, burst = Math.max(1, Math.ceil(perSecond / 10))): TokenBucket {
  return new TokenBucket({ bucketSize: burst, tokensPerInterval: perSecond, interval: 'second' });
}

/** Publishes no faster than its limit: what exceeds it waits, in order, and so does its caller. */
export class RateLimitedPublisher implements Publisher {
  constructor(
    private readonly publisher: Publisher,
    private readonly limit: TokenBucket,
  ) {}

  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    const outcomes: PublishOutcome[] = [];
    const blocked = new Map<string, PublishOutcome>();
    while (outcomes.length < messages.length) {
      const some = messages.slice(outcomes.length, outcomes.length + this.limit.bucketSize);
      const free = some.filter(({ destination }) => !blocked.has(destination));
      const published = await this.publishSome(free);
      for (const message of some) outcomes.push(published[free.indexOf(message)] ?? blocked.get(message.destination)!);
      for (const [index, { destination }] of free.entries()) {
        if (published[index]!.status === 'blocked') blocked.set(destination, published[index]!);
      }
    }
    return outcomes;
  }

  private async publishSome(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    if (messages.length === 0) return [];
    await this.limit.removeTokens(messages.length);
    return this.publisher.publish(messages);
  }
}
