import { setTimeout as pause } from 'node:timers/promises';
import { KafkaPublisher } from '@waybill/messaging';
import { figure, method } from '../rounds.js';
import { KafkaTopic } from './kafka-topic.js';
import { batchesOf, messages } from './messages.js';
import { OutboxDatabase } from './outbox-database.js';

const MESSAGES = 360_000;
const A_SECOND = 3_000;
const A_TRANSACTION = 10;
const MIB = 1024 * 1024;

interface Sizes {
  table: number;
  index: number;
}

/** Whether the table stays small while messages pass through it. */
export async function size(): Promise<void> {
  method(
    'outbox/size',
    `An hour's worth of 100 messages/s (${MESSAGES} of 1 KiB, some 500 MB) in two minutes, ${A_TRANSACTION} in a transaction, relayed to Kafka meanwhile; sizes every 200 ms.`,
  );
  const service = await OutboxDatabase.open();
  const topic = await KafkaTopic.create();
  const publisher = new KafkaPublisher(topic.kafka);
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
  while ((await service.waiting()) > 0) await pause(20);

  const half = Math.floor(samples.length / 2);
  const [first, second] = [maxima(samples.slice(0, half)), maxima(samples.slice(half))];
  report('table', first.table, second.table);
  report('index', first.index, second.index);
  await relay.stop();
  await publisher.close();
  await Promise.all([topic.drop(), service.database.drop()]);
}

function report(what: string, first: number, second: number): void {
  figure(`${what}, most in the first half, MiB`, (first / MIB).toFixed(1));
  figure(`${what}, most in the second half, MiB`, (second / MIB).toFixed(1), {
    text: 'at most a tenth more than in the first',
    met: second <= first * 1.1,
  });
}

const maxima = (samples: Sizes[]): Sizes => ({
  table: Math.max(...samples.map(({ table }) => table)),
  index: Math.max(...samples.map(({ index }) => index)),
});

async function writeSteadily(service: OutboxDatabase, topic: string): Promise<void> {
  const start = performance.now();
  let written = 0;
  for (const batch of batchesOf(messages(MESSAGES, topic), A_TRANSACTION)) {
    await service.add(batch);
    written += batch.length;
    const early = (written / A_SECOND) * 1_000 - (performance.now() - start);
    if (early > 0) await pause(early);
  }
}
