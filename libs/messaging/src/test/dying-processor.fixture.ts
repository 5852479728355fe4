import { once } from 'node:events';
import { Producer as PlatformaticProducer } from '@platformatic/kafka';
import type { Kafka, Producer } from 'kafkajs';
import { z } from 'zod';
import { ConsumeProcessProduce } from '../calls/index.js';
import { defineEvent, defineTopic } from '../contract/index.js';
import {
  createKafka,
  type KAFKA_CLIENTS,
  KafkaJsClient,
  PlatformaticClient,
  type TransactionalKafkaClient,
} from '../kafka-clients/index.js';
import { quiet } from './workbench.fixture.js';

export const ordered = defineTopic({ name: 'ordered', partitions: 1 });
export const priced = defineTopic({ name: 'priced', partitions: 1 });
const subject = ({ what }: { what: string }) => what;
export const Ordered = defineEvent({
  type: 'test.Ordered.v1',
  topic: ordered,
  subject,
  schema: z.object({ what: z.string() }),
});
export const Priced = defineEvent({
  type: 'test.Priced.v1',
  topic: priced,
  subject,
  schema: z.object({ what: z.string(), price: z.int() }),
});
export const GROUP = 'pricing';

type KafkaClientName = (typeof KAFKA_CLIENTS)[number];

export interface ProcessingSettings {
  kafkaBroker: string;
  kafkaClient: KafkaClientName;
  prefix: string;
  /** Where it prints `paused` and waits for a line on its standard input. */
  stopAt: 'before the commit' | 'after the commit';
}

export function clientOf(name: KafkaClientName, kafka: Kafka, broker: string): TransactionalKafkaClient {
  if (name === 'kafkajs') return new KafkaJsClient(kafka);
  return new PlatformaticClient({ brokers: [broker], clientId: 'pricing', logger: quiet });
}

export function pricing(kafka: Kafka, client: TransactionalKafkaClient, prefix: string, batchSize = 500) {
  return new ConsumeProcessProduce({
    kafka,
    client,
    prefix,
    group: GROUP,
    source: '/pricing',
    input: Ordered,
    process: ({ what }) => [Priced.of({ what, price: what.length })],
    logger: quiet,
    batchSize,
  });
}

type Commit = () => Promise<void>;

/** Pauses at each commit of a transaction. */
const pausingAt =
  (place: ProcessingSettings['stopAt'], commit: Commit): Commit =>
  async () => {
    const stop = async () => {
      process.stdout.write('paused\n');
      await once(process.stdin, 'data');
    };
    if (place === 'before the commit') await stop();
    await commit().catch((error) => {
      process.stdout.write('rejected\n');
      throw error;
    });
    if (place === 'after the commit') await stop();
  };

/** The same client, but each commit of a transaction pauses. */
function pausingKafkaJs(place: ProcessingSettings['stopAt'], kafka: Kafka): Kafka {
  const pausing = (producer: Producer): Producer => ({
    ...producer,
    async transaction() {
      const transaction = await producer.transaction();
      return { ...transaction, commit: pausingAt(place, transaction.commit) };
    },
  });
  return {
    ...kafka,
    producer: (config) => pausing(kafka.producer(config)),
    consumer: (config) => kafka.consumer(config),
    admin: (config) => kafka.admin(config),
  } as Kafka;
}

/** So does each of every producer of this process. */
function pausePlatformatic(place: ProcessingSettings['stopAt']): void {
  const prototype = PlatformaticProducer.prototype as unknown as { beginTransaction(): Promise<{ commit: Commit }> };
  const { beginTransaction } = prototype;
  prototype.beginTransaction = async function () {
    const transaction = await beginTransaction.call(this);
    transaction.commit = pausingAt(place, transaction.commit.bind(transaction));
    return transaction;
  };
}

if (import.meta.main) {
  const { kafkaBroker, kafkaClient, prefix, stopAt }: ProcessingSettings = JSON.parse(process.argv[2]!);
  const kafka = pausingKafkaJs(stopAt, createKafka({ brokers: [kafkaBroker], clientId: 'dying', logger: quiet }));
  pausePlatformatic(stopAt);
  await pricing(kafka, clientOf(kafkaClient, kafka, kafkaBroker), prefix).start();
}
