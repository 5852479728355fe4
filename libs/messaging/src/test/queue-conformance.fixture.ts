import { until } from '@waybill/testing';
import { z } from 'zod';
import { defineQueue, defineTask, type Queue } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { BusinessRejection, deadLetterQueueOf, failureOf } from '../outcomes/index.js';
import { declareQueues, type RabbitClient, type RabbitDelivery, retryQueueOf, textHeaders } from '../rabbitmq/index.js';
import type { OpenQueues } from './open-queues.fixture.js';
import { startResponder } from './responder.fixture.js';

/**
 * What is asked of a queue, whatever carries it: readers compete for its messages, none has more in flight than its prefetch,
 * what is requeued comes again, what is delayed comes when it is due, what failed for good becomes a dead letter, and all of
 * that without the message being lost. Not asked: replay, which is a log's (`keepsLogPromises`).
 */
export interface QueuePromises {
  /** A delay ends when it is due, at most so many ms later where the broker knows no finer ones; the longest that it keeps, in ms. */
  delay: { resolution: number; longest: number };
  /** Back-pressure: a full queue rejects what is sent to it. Elsewhere a queue has no bound. */
  rejectsWhenFull: boolean;
}

export interface QueuesUnderTest {
  promises: QueuePromises;
  open(): Promise<OpenQueues>;
}

const TIER = 1_200;
/** What a busy machine adds to a delay. */
const LATENESS = 5_000;
const BOUND = 10;

export function keepsQueuePromises(carrier: string, { promises, open }: QueuesUnderTest): void {
  describe(`a queue of ${carrier}`, () => {
    let broker: OpenQueues;
    let client: RabbitClient;
    let count = 0;
    beforeAll(async () => {
      broker = await open();
      client = broker.connect();
    });
    afterAll(() => broker.close());

    /** A new one. */
    async function declare(options: Partial<Parameters<typeof defineQueue>[0]> = {}): Promise<Queue> {
      const queue = defineQueue({ name: `queue.${++count}`, retryTiers: [TIER], ...options });
      await declareQueues(client, [queue]);
      return queue;
    }

    /** Each with a key of its own. */
    async function send(queue: string, ...texts: string[]): Promise<void> {
      const producer = client.producer({ confirm: true });
      const properties = (messageId: string) => ({ messageId, mandatory: true, persistent: true });
      const sendOne = (text: string) =>
        producer.send({ queue, key: text, body: Buffer.from(text), properties: properties(text) });
      await Promise.all(texts.map(sendOne)).finally(() => producer.close());
    }

    /** Acknowledges what `handle` does not requeue. */
    const read = (
      queue: string,
      prefetch: number,
      handle: (delivery: RabbitDelivery) => Promise<unknown>,
      by = client,
    ) =>
      by.reader({
        queue,
        prefetch,
        onMessage: async (delivery) => ((await handle(delivery)) === 'requeue' ? 'requeue' : 'ack'),
      });

    it('gives each message to one of the readers that compete for it', async () => {
      const { name } = await declare();
      const readers = ['one', 'another'].map((reader) => ({ reader, seen: [] as string[], client: broker.connect() }));
      const { promise: bothHaveSome, resolve } = Promise.withResolvers<void>();
      const reading = readers.map(({ client: own, seen }) =>
        read(
          name,
          1,
          async ({ body }) => {
            seen.push(String(body));
            if (readers.every(({ seen: some }) => some.length > 0)) resolve();
            await bothHaveSome;
          },
          own,
        ),
      );
      const texts = Array.from({ length: 40 }, (_, n) => `${n}`);
      await send(name, ...texts);
      const seen = () => readers.flatMap((each) => each.seen);
      await until('all have come', () => seen().length >= texts.length);
      await Promise.all(reading.map((reader) => reader.close()));
      expect(seen().sort()).toEqual(texts.sort());
    });

    it('gives a reader no more than its prefetch at a time, and again what it requeues', async () => {
      const { name } = await declare();
      const seen: string[] = [];
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      let [inFlight, most] = [0, 0];
      const reader = read(name, 2, async ({ body, redelivered }) => {
        seen.push(`${body}${redelivered ? ' again' : ''}`);
        most = Math.max(most, ++inFlight);
        await released;
        inFlight--;
        return redelivered ? 'ack' : 'requeue';
      });
      await send(name, '1', '2', '3');
      await until('two are in flight', () => seen.length === 2);
      await send(name, '4');
      release();
      await until('each came twice', () => seen.length === 8);
      await reader.close();
      expect(seen.sort()).toEqual(['1', '1 again', '2', '2 again', '3', '3 again', '4', '4 again']);
      expect(most).toBe(2);
    });

    it(`delivers what is delayed when it is due, within ${promises.delay.resolution} ms, and others meanwhile`, async () => {
      const { name } = await declare();
      const came = new Map<string, number>();
      const reader = read(name, 10, async ({ body }) => void came.set(String(body), Date.now()));
      await reader.whenReading();
      const before = Date.now();
      await send(retryQueueOf(name, TIER), 'later');
      const sent = Date.now();
      await send(name, 'now');
      await until('both came', () => came.size === 2, { within: '30s' });
      await reader.close();
      expect([...came.keys()]).toEqual(['now', 'later']);
      const at = came.get('later')!;
      expect(at - before).toBeGreaterThanOrEqual(TIER);
      expect(at - sent).toBeLessThan(TIER + promises.delay.resolution + LATENESS);
    });

    it(`keeps what is delayed for as long as ${promises.delay.longest} ms`, async () => {
      const { longest } = promises.delay;
      const { name } = await declare({ retryTiers: [TIER, longest] });
      const seen: string[] = [];
      const reader = read(name, 10, async ({ body }) => void seen.push(String(body)));
      await send(retryQueueOf(name, longest), 'much later');
      await send(retryQueueOf(name, TIER), 'later');
      await until('what is due came', () => seen.includes('later'), { within: '30s' });
      const retries = retryQueueOf(name, longest);
      const depths = broker.depths([name, retries]);
      await until('only the other one is left', async () => {
        const [own, inRetries] = await depths.depths().then((all) => [all.get(name), all.get(retries)]);
        return own!.messages + (own!.delayed ?? 0) + (inRetries?.messages ?? 0) === 1;
      });
      await reader.close();
      expect(seen).toEqual(['later']);
    });

    it('has a queue for its dead letters: unchanged, with the reason, after as many attempts as there are', async () => {
      const queue = await declare({ retryTiers: [100] });
      const Task = defineTask({
        type: 'test.Task.v1',
        queue,
        subject: ({ about }: { about: string }) => about,
        schema: z.object({ about: z.string() }),
      });
      const handled: string[] = [];
      const responder = startResponder(client, Task, async ({ about }) => {
        handled.push(about);
        if (about === 'rejected') throw new BusinessRejection('never');
        if (about === 'failing') throw new Error('it does not work');
      });
      const abouts = ['rejected', 'failing', 'fine'];
      await responder.publisher.publish(abouts.map((about) => encode(Task.of({ about }), '/test')));
      const dead = new Map<string, RabbitDelivery>();
      const reader = read(
        deadLetterQueueOf(queue.name),
        10,
        async (delivery) => void dead.set(JSON.parse(String(delivery.body)).about, delivery),
      );
      await until('both are dead letters', () => dead.size === 2);
      await Promise.all([responder.stop(), reader.close()]);
      const failures = ['rejected', 'failing'].map((about) =>
        failureOf(textHeaders(dead.get(about)!.properties.headers)),
      );
      expect(failures).toMatchObject([
        { source: queue.name, class: 'business', error: expect.stringContaining('never'), attempts: 1 },
        { source: queue.name, class: 'transient', error: expect.stringContaining('it does not work'), attempts: 4 },
      ]);
      expect(handled.sort()).toEqual(['failing', 'failing', 'failing', 'failing', 'fine', 'rejected']);
    });

    if (promises.rejectsWhenFull) {
      it('rejects what is sent to it while it is full, and takes it when there is room again', async () => {
        const { name } = await declare({ maxLength: BOUND });
        const outcomeOf = (text: string) =>
          send(name, text).then(
            () => 'stored',
            ({ code }) => code,
          );
        await until('it is full', async () => (await outcomeOf('filling')) === 'NACKED');
        expect(await outcomeOf('more')).toBe('NACKED');
        let received = 0;
        const reader = read(name, BOUND, async () => void received++);
        await until('it has been read', () => received >= BOUND);
        await until('it takes more', async () => (await outcomeOf('more')) === 'stored');
        await reader.close();
      });
    } else {
      it('has no bound: what is sent is stored, however much waits', async () => {
        const { name } = await declare({ maxLength: BOUND });
        const texts = Array.from({ length: 5 * BOUND }, (_, n) => `${n}`);
        await send(name, ...texts);
        const depths = broker.depths([name]);
        await until('all wait', async () => (await depths.depths()).get(name)!.messages === texts.length);
      });
    }
  });
}
