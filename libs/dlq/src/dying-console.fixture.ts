import { AmqplibClient, createKafka, KafkaJsClient } from '@waybill/messaging';
import { pgTx } from '@waybill/outbox';
import { transaction } from '@waybill/testing';
import pg from 'pg';
import { BatchRunner } from './batch-runner.js';
import { Batches } from './batches.js';
import { Collector } from './collector.js';
import { EVENTS, quiet, TASKS } from './dead-letters.fixture.js';
import { KafkaCollector } from './kafka-collector.js';
import { RabbitCollector } from './rabbit-collector.js';
import { Review } from './review.js';

export interface DyingConsole {
  databaseUrl: string;
  /** Gathers dead letters, and stops for ever after the commit of the first one, before that is acknowledged. */
  gather?: { rabbitmqUrl: string; kafka: string; prefix: string };
}

/** A process of its own, to be killed. Without `gather` it takes steps of batches until then. */
const { databaseUrl, gather }: DyingConsole = JSON.parse(process.argv[2]!);
const pool = new pg.Pool({ connectionString: databaseUrl });
let begun = false;
const database = {
  autocommit: pgTx(pool as never),
  async transaction<T>(work: (tx: ReturnType<typeof pgTx>) => Promise<T>): Promise<T> {
    if (gather && begun) await new Promise(() => {});
    begun = true;
    const result = await transaction(pool, (client) => work(pgTx(client)));
    if (gather) {
      process.stdout.write('there\n');
      await new Promise(() => {});
    }
    return result;
  },
};

if (gather) {
  const collector = new Collector({ database, logger: quiet });
  const common = { collector, logger: quiet, declare: async () => {} };
  const kafka = new KafkaJsClient(createKafka({ brokers: [gather.kafka], clientId: 'console', logger: quiet }));
  const client = new AmqplibClient({ url: gather.rabbitmqUrl, name: 'console', logger: quiet });
  new RabbitCollector({ ...common, client, sources: [TASKS] }).start();
  new KafkaCollector({ ...common, kafka, group: 'console', prefix: gather.prefix, sources: [EVENTS] }).start();
} else {
  new BatchRunner(new Batches(new Review()), database, quiet).start();
  process.stdout.write('there\n');
}
