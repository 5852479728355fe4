import { Injectable } from '@nestjs/common';
import {
  AmqplibClient,
  declareQueues,
  defineQueue,
  defineTask,
  type Handler,
  type HandlerContext,
  RabbitPublisher,
} from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import type { OutboxMessage } from '@waybill/outbox';
import { freshTopics, freshVhost, uniqueName, until } from '@waybill/testing';
import amqp from 'amqplib';
import { z } from 'zod';
import { figure, method, rounds } from '../rounds.js';
import { CONNECTIONS, EffectsDatabase, quiet, startService } from './service.js';
import { Stopwatch } from './stopwatch.js';

const TASKS = 5_000;
const PREFETCH = 50;
const ROUNDS = 3;
/** Messages whose handlers share a transaction at most. */
const TOGETHER = 50;

const queue = defineQueue({ name: 'bench.tasks' });
const schema = z.object({ about: z.string(), text: z.string() });
const DoIt = defineTask({ type: 'bench.DoIt.v1', queue, subject: ({ about }) => about, schema });
type DoIt = z.infer<typeof schema>;
const INSERT = 'INSERT INTO effects (about, body) VALUES ($1, $2)';

const watch = new Stopwatch(TASKS);

@Handles(DoIt, { concurrent: true })
@Injectable()
class DoItHandler implements Handler<typeof DoIt> {
  async handle({ about, text }: DoIt, { tx }: HandlerContext): Promise<void> {
    watch.begin();
    await tx.query(INSERT, [about, text]);
  }
}

/** Handling tasks with the inbox against a consumer of amqplib. */
export async function tasks(): Promise<void> {
  method(
    'messaging/tasks',
    `${TASKS} tasks that wait in a quorum queue, prefetch ${PREFETCH}, ${CONNECTIONS} connections to the database, from the first that is taken until all rows are\n` +
      '  committed. Ours: inbox, a handler with one insert. amqplib: one insert, then ack (no inbox: a redelivery repeats it).\n' +
      '  By turns, median of the rounds.',
  );
  const [database, vhost] = [await EffectsDatabase.open(), await freshVhost()];
  const topics = freshTopics();
  const connection = new AmqplibClient({ url: vhost.url, name: 'bench', logger: quiet });
  await declareQueues(connection, [queue]);
  const publisher = new RabbitPublisher(connection);
  const fill = async () => {
    await database.empty();
    watch.reset();
    for (let first = 0; first < TASKS; first += 500) {
      await publisher.publish(Array.from({ length: 500 }, (_, n) => task(first + n)));
    }
  };
  const untilAll = async (): Promise<number> => {
    await until('all are committed', async () => (await database.count()) >= TASKS, { within: '5m' });
    return watch.rate();
  };

  const medians = await rounds(ROUNDS, {
    'with inbox': async () => {
      await fill();
      const service = await startService({
        name: uniqueName('bench'),
        database,
        topology: { topics: [], queues: [queue] },
        rabbitmqUrl: vhost.url,
        kafkaTopicPrefix: topics.prefix,
        prefetch: { [queue.name]: PREFETCH },
        groupCommit: TOGETHER,
        handlers: [DoItHandler],
      });
      const rate = await untilAll();
      await service.stop();
      return rate;
    },
    amqplib: async () => {
      await fill();
      const bare = await amqp.connect(vhost.url, { noDelay: true });
      const channel = await bare.createChannel();
      await channel.prefetch(PREFETCH);
      let acknowledged = 0;
      await channel.consume(queue.name, async (message) => {
        watch.begin();
        const { about, text } = JSON.parse(String(message!.content)) as DoIt;
        await database.pool.query(INSERT, [about, text]);
        channel.ack(message!);
        acknowledged++;
      });
      const rate = await untilAll();
      await until('all are acknowledged', () => acknowledged >= TASKS);
      await bare.close();
      return rate;
    },
  });
  const ratio = medians['with inbox'] / medians.amqplib;
  figure('with inbox / amqplib', ratio.toFixed(2), { text: 'at least 1', met: ratio >= 1 });
  await connection.close();
  await Promise.all([database.drop(), vhost.drop(), topics.drop()]);
}

function task(n: number): OutboxMessage {
  const about = `task ${n}`;
  const id = crypto.randomUUID();
  return {
    id,
    target: 'rabbitmq',
    destination: queue.name,
    key: null,
    headers: { 'cloudEvents:id': id, 'cloudEvents:type': DoIt.type, 'cloudEvents:subject': about },
    body: Buffer.from(JSON.stringify({ about, text: 'x'.repeat(200) })),
  };
}
