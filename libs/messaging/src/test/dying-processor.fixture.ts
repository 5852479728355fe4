import { once } from 'node:events';
import type { Kafka, Producer } from 'kafkajs';
import { z } from 'zod';
import { ConsumeProcessProduce } from '../calls/index.js';
import { defineEvent, defineTopic } from '../contract/index.js';
import { createKafka } from '../kafka-clients/index.js';
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

export interface ProcessingSettings {
  kafkaBroker: string;
  prefix: string;
  /** Where it prints `paused` and waits for a line on its standard input. */
  stopAt: 'before the commit' | 'after the commit';
}

export function pricing(kafka: Kafka, prefix: string, batchSize = 500) {
  return new ConsumeProcessProduce({
    kafka,
    prefix,
    group: GROUP,
    source: '/pricing',
    input: Ordered,
    process: ({ what }) => [Priced.of({ what, price: what.length })],
    logger: quiet,
    batchSize,
  });
}

/** The same client, but each commit of a transaction pauses. */
function stoppingAt(place: ProcessingSettings['stopAt'], kafka: Kafka): Kafka {
  const stop = async () => {
    process.stdout.write('paused\n');
    await once(process.stdin, 'data');
  };
  const stopping = (producer: Producer): Producer => ({
    ...producer,
    async transaction() {
      const transaction = await producer.transaction();
      const { commit } = transaction;
      const slowCommit = async () => {
        if (place === 'before the commit') await stop();
        await commit().catch((error) => {
          process.stdout.write('rejected\n');
          throw error;
        });
        if (place === 'after the commit') await stop();
      };
      return { ...transaction, commit: slowCommit };
    },
  });
  return {
    ...kafka,
    producer: (config) => stopping(kafka.producer(config)),
    consumer: (config) => kafka.consumer(config),
    admin: (config) => kafka.admin(config),
  } as Kafka;
}

if (import.meta.main) {
  const { kafkaBroker, prefix, stopAt }: ProcessingSettings = JSON.parse(process.argv[2]!);
  const kafka = createKafka({ brokers: [kafkaBroker], clientId: 'dying', logger: quiet });
  await pricing(stoppingAt(stopAt, kafka), prefix).start();
}
