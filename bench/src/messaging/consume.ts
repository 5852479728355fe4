import { Injectable } from '@nestjs/common';
import {
  declareTopics,
  defineEvent,
  defineTopic,
  type Handler,
  type HandlerContext,
  KafkaJsClient,
  KafkaPublisher,
} from '@waybill/messaging';
import { Handles } from '@waybill/messaging/nest';
import type { OutboxMessage } from '@waybill/outbox';
import { freshTopics, freshVhost, uniqueName, until } from '@waybill/testing';
import { z } from 'zod';
import { figure, method, rounds } from '../rounds.js';
import { EffectsDatabase, startService } from './service.js';
import { Stopwatch } from './stopwatch.js';

const EVENTS = 10_000;
const KEYS = 1_000;
const ROUNDS = 3;
/** Messages whose handlers share a transaction at most. */
const TOGETHER = 50;

const topic = defineTopic({ name: 'bench.events' });
const schema = z.object({ about: z.string(), text: z.string() });
const ItHappened = defineEvent({ type: 'bench.ItHappened.v1', topic, subject: ({ about }) => about, schema });
type ItHappened = z.infer<typeof schema>;
const INSERT = 'INSERT INTO effects (about, body) VALUES ($1, $2)';

const watch = new Stopwatch(EVENTS);

@Handles(ItHappened, { concurrent: true })
@Injectable()
class ItHappenedHandler implements Handler<typeof ItHappened> {
  async handle({ about, text }: ItHappened, { tx }: HandlerContext): Promise<void> {
    watch.begin();
    await tx.query(INSERT, [about, text]);
  }
}

/** Consuming events with the inbox against what kafkajs's documentation shows. */
export async function consume(): Promise<void> {
  method(
    'messaging/consume',
    `${EVENTS} events of ${KEYS} keys that wait in a topic of 6 partitions, from the first that is taken until all their rows are committed.\n` +
      '  Ours: inbox, order of keys, a handler with one insert. kafkajs: eachBatch as documented, one insert a message (no inbox:\n' +
      '  a crash repeats its effects). By turns, median of the rounds.',
  );
  const [database, vhost] = [await EffectsDatabase.open(), await freshVhost()];
  const topics = freshTopics();
  await declareTopics(topics.kafka, [topic], { prefix: topics.prefix });
  await fill(new KafkaPublisher(new KafkaJsClient(topics.kafka), topics.prefix));

  const untilAll = async (): Promise<number> => {
    await until('all are committed', async () => (await database.count()) >= EVENTS, { within: '5m' });
    return watch.rate();
  };
  const ours = async () => {
    await database.empty();
    watch.reset();
    const service = await startService({
      name: uniqueName('bench'),
      database,
      topology: { topics: [topic], queues: [] },
      rabbitmqUrl: vhost.url,
      kafkaTopicPrefix: topics.prefix,
      groupCommit: TOGETHER,
      handlers: [ItHappenedHandler],
    });
    const rate = await untilAll();
    await service.stop();
    return rate;
  };
  const bare = (partitionsConsumedConcurrently: number) => async () => {
    await database.empty();
    watch.reset();
    const consumer = topics.kafka.consumer({ groupId: topics.prefix + uniqueName('bare') });
    await consumer.connect();
    await consumer.subscribe({ topic: topics.prefix + topic.name, fromBeginning: true });
    await consumer.run({
      partitionsConsumedConcurrently,
      eachBatchAutoResolve: true,
      eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
        for (const message of batch.messages) {
          watch.begin();
          const { about, text } = JSON.parse(String(message.value)) as ItHappened;
          await database.pool.query(INSERT, [about, text]);
          resolveOffset(message.offset);
          await heartbeat();
        }
      },
    });
    const rate = await untilAll();
    await consumer.disconnect();
    return rate;
  };
  const medians = await rounds(ROUNDS, {
    'with inbox': ours,
    'kafkajs eachBatch': bare(1),
    'kafkajs eachBatch, 3 partitions': bare(3),
  });
  const ratio = medians['with inbox'] / medians['kafkajs eachBatch'];
  figure('with inbox / kafkajs eachBatch', ratio.toFixed(2), { text: 'at least 2', met: ratio >= 2 });
  figure(
    'with inbox / kafkajs, 3 partitions at once',
    (medians['with inbox'] / medians['kafkajs eachBatch, 3 partitions']).toFixed(2),
  );
  await Promise.all([database.drop(), vhost.drop(), topics.drop()]);
}

async function fill(publisher: KafkaPublisher): Promise<void> {
  for (let first = 0; first < EVENTS; first += 500) {
    const messages = Array.from({ length: 500 }, (_, n) => event(first + n));
    await publisher.publish(messages);
  }
  await publisher.close();
}

function event(n: number): OutboxMessage {
  const about = `key ${n % KEYS}`;
  return {
    id: crypto.randomUUID(),
    target: 'kafka',
    destination: topic.name,
    key: about,
    headers: {
      ce_id: crypto.randomUUID(),
      ce_type: ItHappened.type,
      ce_subject: about,
      'content-type': 'application/json',
    },
    body: Buffer.from(JSON.stringify({ about, text: 'x'.repeat(200) })),
  };
}
