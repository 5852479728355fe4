import type { OutboxMessage, Publisher, PublishOutcome } from '@waybill/outbox';
import { BatchingPublisher } from './batching-publisher.js';
import { RateLimitedPublisher, rateLimit } from './rate-limited-publisher.js';

const to = (destination: string, n = 0): OutboxMessage => ({
  id: `${destination} ${n}`,
  target: 'rabbitmq',
  destination,
  key: null,
  headers: {},
  body: Buffer.alloc(0),
});
const many = (count: number, destination = 'q') => Array.from({ length: count }, (_, n) => to(destination, n));

/** Accepts everything except for a full queue, and records each call. */
class Broker implements Publisher {
  readonly calls: { ids: string[]; at: number }[] = [];

  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    this.calls.push({ ids: messages.map(({ id }) => id), at: performance.now() });
    return messages.map(({ destination }) =>
      destination === 'full' ? { status: 'blocked', reason: 'the queue is full' } : { status: 'published' },
    );
  }
}

describe('a rate-limited publisher', () => {
  it('is never faster than its limit plus a burst, however many callers share it', async () => {
    const broker = new Broker();
    const limit = rateLimit(200, 20);
    const [one, another] = [new RateLimitedPublisher(broker, limit), new RateLimitedPublisher(broker, limit)];
    const start = performance.now();
    await Promise.all([one.publish(many(100)), another.publish(many(100))]);

    let sent = 0;
    for (const { ids, at } of broker.calls) {
      sent += ids.length;
      expect(sent).toBeLessThanOrEqual(20 + ((at - start) / 1_000) * 200 + 1);
    }
    expect(sent).toBe(200);
  });

  it('publishes in order, with an outcome for each', async () => {
    const broker = new Broker();
    const publisher = new RateLimitedPublisher(broker, rateLimit(10_000, 7));
    expect(await publisher.publish(many(30))).toEqual(many(30).map(() => ({ status: 'published' })));
    expect(broker.calls.flatMap(({ ids }) => ids)).toEqual(many(30).map(({ id }) => id));
  });

  it('sends nothing more to a destination that was blocked', async () => {
    const broker = new Broker();
    const publisher = new RateLimitedPublisher(broker, rateLimit(10_000, 2));
    const messages = [to('q', 1), to('full', 1), to('full', 2), to('q', 2), to('full', 3)];
    const outcomes = await publisher.publish(messages);
    expect(outcomes.map(({ status }) => status)).toEqual(['published', 'blocked', 'blocked', 'published', 'blocked']);
    expect(broker.calls.flatMap(({ ids }) => ids)).toEqual(['q 1', 'full 1', 'q 2']);
  });

  it('rejects with what the publisher rejects with', async () => {
    const failing: Publisher = { publish: () => Promise.reject(new Error('unavailable')) };
    await expect(new RateLimitedPublisher(failing, rateLimit(1_000)).publish(many(1))).rejects.toThrow('unavailable');
  });
});

describe('a batching publisher', () => {
  it('sends what is published in the same tick as one batch, and what is published meanwhile as the next', async () => {
    const broker = new Broker();
    const batching = new BatchingPublisher(broker);
    const first = many(10).map((message) => batching.publish([message]));
    await Promise.all(first);
    await Promise.all(many(1_200).map((message) => batching.publish([message])));
    expect(broker.calls.map(({ ids }) => ids.length)).toEqual([10, 500, 500, 200]);
  });

  it('rejects the whole batch, and continues with the next', async () => {
    const broker = new Broker();
    let unavailable = true;
    const flaky: Publisher = {
      publish: (messages) => (unavailable ? Promise.reject(new Error('unavailable')) : broker.publish(messages)),
    };
    const batching = new BatchingPublisher(flaky);
    const failed = await Promise.allSettled(many(3).map((message) => batching.publish([message])));
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    unavailable = false;
    expect(await batching.publish([to('q')])).toEqual([{ status: 'published' }]);
  });
});
