import { KafkaJsClient, KafkaPublisher } from '@waybill/messaging';
import { figure, method, ratePerSecond, rounds } from '../rounds.js';
import { KafkaTopic } from './kafka-topic.js';
import { batchesOf, messages } from './messages.js';
import { OutboxDatabase } from './outbox-database.js';

const ROWS = 100_000;
const ROUNDS = 5;

/** What the outbox costs: the relay against the same producer sending from memory. */
export async function throughput(): Promise<void> {
  method(
    'outbox/throughput',
    `${ROWS} waiting rows of 1 KiB until the last is confirmed and deleted, connecting included, against kafkajs sending ` +
      'the same\n  messages from memory; both idempotent with acks=all to a topic of 6 partitions, in turns, median of the rounds.',
  );
  for (const batchSize of [100, 1_000]) await compare(batchSize);
}

async function compare(batchSize: number): Promise<void> {
  const service = await OutboxDatabase.open();
  const topic = await KafkaTopic.create();
  const all = messages(ROWS, topic.name);
  const batches = batchesOf(all, batchSize).map((batch) =>
    batch.map(({ key, headers, body }) => ({ key, headers, value: Buffer.from(body) })),
  );
  const producer = await topic.producer();
  const publisher = new KafkaPublisher(new KafkaJsClient(topic.kafka));

  const medians = await rounds(ROUNDS, {
    [`relay, batches of ${batchSize}`]: async () => {
      await service.add(all);
      await service.settle();
      const rate = await ratePerSecond(ROWS, () => service.relay(publisher, ROWS, batchSize));
      await service.settle();
      return rate;
    },
    [`kafkajs, batches of ${batchSize}`]: () =>
      ratePerSecond(ROWS, async () => {
        for (const batch of batches) await producer.send({ topic: topic.name, messages: batch, acks: -1 });
      }),
  });
  const [relay, kafkajs] = Object.values(medians) as [number, number];
  const goal = batchSize === 100 ? { text: 'at least 0.7', met: relay / kafkajs >= 0.7 } : undefined;
  figure(`relay / kafkajs, batches of ${batchSize}`, (relay / kafkajs).toFixed(2), goal);

  await Promise.all([producer.disconnect(), publisher.close()]);
  await Promise.all([topic.drop(), service.database.drop()]);
}
