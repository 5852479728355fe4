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

/** Takes everything but what goes to a full queue, and remembers when it was asked for what. */
class Broker implements Publisher {
  readonly asked: { ids: string[]; at: number }[] = [];

  async publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]> {
    this.asked.push({ ids: messages.map(({ id }) => id), at: performance.now() });
    return messages.map(({ destination }) =>
      destination === 'full' ? { status: 'blocked', reason: 'the queue is full' } : { status: 'published' },
    );
  }
}

describe('a rate-limited publisher', () => {
  it('is never faster than its limit and a burst, whoever uses it', async () => {
    const broker = new Broker();
    const limit = rateLimit(200, 20);
    const [one, another] = [new RateLimitedPublisher(broker, limit), new RateLimitedPublisher(broker, limit)];
    const start = performance.now();
    await Promise.all([one.publish(many(100)), another.publish(many(100))]);

    let sent = 0;
    for (const { ids, at } of broker.asked) {
      sent += ids.length;
      expect(sent).toBeLessThanOrEqual(20 + ((at - start) / 1_000) * 200 + 1);
    }
    expect(sent).toBe(200);
  });

  it('publishes in order, with an outcome for each', async () => {
    const broker = new Broker();
    const publisher = new RateLimitedPublisher(broker, rateLimit(10_000, 7));
    expect(await publisher.publish(many(30))).toEqual(many(30).map(() => ({ status: 'published' })));
    expect(broker.asked.flatMap(({ ids }) => ids)).toEqual(many(30).map(({ id }) => id));
  });

  it('sends nothing more to a destination that was blocked', async () => {
    const broker = new Broker();
    const publisher = new RateLimitedPublisher(broker, rateLimit(10_000, 2));
    const messages = [to('q', 1), to('full', 1), to('full', 2), to('q', 2), to('full', 3)];
    const outcomes = await publisher.publish(messages);
    expect(outcomes.map(({ status }) => status)).toEqual(['published', 'blocked', 'blocked', 'published', 'blocked']);
    expect(broker.asked.flatMap(({ ids }) => ids)).toEqual(['q 1', 'full 1', 'q 2']);
  });

  it('rejects with what the publisher rejects with', async () => {
    const away: Publisher = { publish: () => Promise.reject(new Error('away')) };
    await expect(new RateLimitedPublisher(away, rateLimit(1_000)).publish(many(1))).rejects.toThrow('away');
  });
});

describe('a batching publisher', () => {
  it('sends what comes in one breath as one batch, and what comes meanwhile as the next', async () => {
    const broker = new Broker();
    const batching = new BatchingPublisher(broker);
    const first = many(10).map((message) => batching.publish([message]));
    await Promise.all(first);
    await Promise.all(many(1_200).map((message) => batching.publish([message])));
    expect(broker.asked.map(({ ids }) => ids.length)).toEqual([10, 500, 500, 200]);
  });

  it('rejects the whole batch, and goes on with the next', async () => {
    const broker = new Broker();
    let away = true;
    const flaky: Publisher = {
      publish: (messages) => (away ? Promise.reject(new Error('away')) : broker.publish(messages)),
    };
    const batching = new BatchingPublisher(flaky);
    const failed = await Promise.allSettled(many(3).map((message) => batching.publish([message])));
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    away = false;
    expect(await batching.publish([to('q')])).toEqual([{ status: 'published' }]);
  });
});
