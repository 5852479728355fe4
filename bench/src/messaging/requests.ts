import { Injectable } from '@nestjs/common';
import {
  defineQueue,
  defineReply,
  defineTask,
  type Handler,
  type HandlerContext,
  RequestReply,
} from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import { freshTopics, freshVhost, uniqueName } from '@waybill/testing';
import amqp from 'amqplib';
import { z } from 'zod';
import { figure, median, method, quantile, rounds } from '../rounds.js';
import { EffectsDatabase, startService } from './service.js';

const REQUESTS = 2_000;
const ROUNDS = 3;

const queue = defineQueue({ name: 'bench.questions', replicated: false });
const schema = z.object({ n: z.int() });
const subject = ({ n }: { n: number }) => String(n);
const Answered = defineReply({ type: 'bench.Answered.v1', queue, subject, schema });
const Ask = defineTask({ type: 'bench.Ask.v1', queue, subject, schema, reply: Answered });

@Handles(Ask, { transaction: false })
@Injectable()
class AskHandler implements Handler<typeof Ask> {
  handle({ n }: { n: number }, { reply }: HandlerContext): Promise<void> {
    return reply({ n: n + 1 });
  }
}

/** Round trips against the RPC recipe of RabbitMQ's tutorial, with amqplib. */
export async function requests(): Promise<void> {
  method(
    'messaging/requests',
    `${REQUESTS} requests and their replies, one at a time and 50 at a time; asker and responder in this process, for both. Ours: contracts checked\n` +
      "  on both sides, timeout, dead letters. amqplib: RabbitMQ's tutorial (queue in memory, prefetch 1, no timeout).\n" +
      '  By turns, median of the rounds.',
  );
  const [database, vhost] = [await EffectsDatabase.open(), await freshVhost()];
  const topics = freshTopics();
  const service = await startService({
    name: uniqueName('bench'),
    database,
    topology: { topics: [], queues: [queue] },
    rabbitmqUrl: vhost.url,
    kafkaTopicPrefix: topics.prefix,
    handlers: [AskHandler],
  });
  const asker = service.get(RequestReply);
  const ours = async (n: number) => void (await asker.request(Ask, { n }, { timeout: 30_000 }));
  const recipe = await openRecipe(vhost.url);

  for (const atOnce of [1, 50]) {
    const waits = { ours: [] as number[], recipe: [] as number[] };
    const medians = await rounds(ROUNDS, {
      [`ours, ${atOnce} at a time`]: () => roundTrips(ours, atOnce, waits.ours),
      [`amqplib, ${atOnce} at a time`]: () => roundTrips(recipe.request, atOnce, waits.recipe),
    });
    const [mine, theirs] = Object.values(medians) as [number, number];
    const ratio = mine / theirs;
    for (const [name, each] of Object.entries(waits)) {
      figure(`${name}: p50 / p99`, `${median(each).toFixed(1)} / ${quantile(each, 0.99).toFixed(1)} ms`);
    }
    figure(`ours / amqplib, ${atOnce} at a time`, ratio.toFixed(2), { text: 'at least 0.9', met: ratio >= 0.9 });
  }
  await recipe.close();
  await service.stop();
  await Promise.all([database.drop(), vhost.drop(), topics.drop()]);
}

/** Resolves with round trips a second; `waits` gets what each took, in ms. */
async function roundTrips(request: (n: number) => Promise<void>, atOnce: number, waits: number[]): Promise<number> {
  const start = performance.now();
  const numbers = Array.from({ length: REQUESTS }, (_, n) => n).values();
  const ask = async () => {
    for (const n of numbers) {
      const asked = performance.now();
      await request(n);
      waits.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return (REQUESTS * 1_000) / (performance.now() - start);
}

/** https://www.rabbitmq.com/tutorials/tutorial-six-javascript, with one client for all requests. */
async function openRecipe(url: string) {
  const server = await amqp.connect(url, { noDelay: true });
  const serving = await server.createChannel();
  await serving.assertQueue('rpc_queue', { durable: false });
  await serving.prefetch(1);
  await serving.consume('rpc_queue', (message) => {
    const { n } = JSON.parse(String(message!.content)) as { n: number };
    const { replyTo, correlationId } = message!.properties;
    serving.sendToQueue(replyTo, Buffer.from(JSON.stringify({ n: n + 1 })), { correlationId });
    serving.ack(message!);
  });

  const client = await amqp.connect(url, { noDelay: true });
  const asking = await client.createChannel();
  const { queue: replyTo } = await asking.assertQueue('', { exclusive: true });
  const waiting = new Map<string, () => void>();
  await asking.consume(
    replyTo,
    (message) => {
      JSON.parse(String(message!.content));
      waiting.get(message!.properties.correlationId)?.();
      waiting.delete(message!.properties.correlationId);
    },
    { noAck: true },
  );
  return {
    request: (n: number) =>
      new Promise<void>((resolve) => {
        const correlationId = crypto.randomUUID();
        waiting.set(correlationId, resolve);
        asking.sendToQueue('rpc_queue', Buffer.from(JSON.stringify({ n })), { correlationId, replyTo });
      }),
    async close(): Promise<void> {
      await client.close();
      await server.close();
    },
  };
}
