import { setTimeout as pause } from 'node:timers/promises';
import { KafkaJsClient, KafkaPublisher } from '@waybill/messaging';
import { figure, method } from '../rounds.js';
import { KafkaTopic } from './kafka-topic.js';
import { batchesOf, messages } from './messages.js';
import { OutboxDatabase } from './outbox-database.js';

const MESSAGES = 360_000;
const PER_SECOND = 3_000;
const TRANSACTION_SIZE = 10;

interface Sizes {
  table: number;
  index: number;
}

/** Whether the table stays small under steady load. */
export async function size(): Promise<void> {
  method(
    'outbox/size',
    `An hour's worth of 100 messages/s (${MESSAGES} of 1 KiB, some 500 MB) in two minutes, ${TRANSACTION_SIZE} per transaction, relayed to Kafka meanwhile; sizes sampled every 200 ms.`,
  );
  const service = await OutboxDatabase.open();
  const topic = await KafkaTopic.create();
  const publisher = new KafkaPublisher(new KafkaJsClient(topic.kafka));
  const relay = service.startRelay(publisher);
  let writing = true;
  const write = writeSteadily(service, topic.name).finally(() => {
    writing = false;
  });
  const samples: Sizes[] = [];
  while (writing) {
    samples.push(await service.sizes());
    await pause(200);
  }
  await write;
  while ((await service.backlog()) > 0) await pause(20);

  const half = Math.floor(samples.length / 2);
  const [first, second] = [samples.slice(0, half), samples.slice(half)].map(largest) as [Sizes, Sizes];
  for (const part of ['table', 'index'] as const) {
    figure(`${part}, most in each half, MiB`, `${inMiB(first[part])} and ${inMiB(second[part])}`);
  }
  const growth = total(second) / total(first);
  figure('both, second half / first half', growth.toFixed(2), { text: 'at most 1.1', met: growth <= 1.1 });
  await relay.stop();
  await publisher.close();
  await Promise.all([topic.drop(), service.database.drop()]);
}

const total = ({ table, index }: Sizes) => table + index;
const inMiB = (bytes: number) => (bytes / 1024 / 1024).toFixed(2);

const largest = (samples: Sizes[]): Sizes =>
  samples.reduce((most, sample) => (total(sample) > total(most) ? sample : most));

async function writeSteadily(service: OutboxDatabase, topic: string): Promise<void> {
  const start = performance.now();
  let written = 0;
  for (const batch of batchesOf(messages(MESSAGES, topic), TRANSACTION_SIZE)) {
    await service.add(batch);
    written += batch.length;
    const early = (written / PER_SECOND) * 1_000 - (performance.now() - start);
    if (early > 0) await pause(early);
  }
}
