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

export interface ConsoleProcess {
  databaseUrl: string;
  /** Collects from there, and blocks after the commit of the first dead letter, before its acknowledgement. */
  collectFrom?: { rabbitmqUrl: string; kafka: string; prefix: string };
}

/** A process for tests to kill. Without `collectFrom` it runs the steps of batches. */
const { databaseUrl, collectFrom }: ConsoleProcess = JSON.parse(process.argv[2]!);
const pool = new pg.Pool({ connectionString: databaseUrl });
let begun = false;
const database = {
  autocommit: pgTx(pool as never),
  async transaction<T>(work: (tx: ReturnType<typeof pgTx>) => Promise<T>): Promise<T> {
    if (collectFrom && begun) await new Promise(() => {});
    begun = true;
    const result = await transaction(pool, (client) => work(pgTx(client)));
    if (collectFrom) {
      process.stdout.write('ready\n');
      await new Promise(() => {});
    }
    return result;
  },
};

if (collectFrom) {
  const collector = new Collector({ database, logger: quiet });
  const common = { collector, logger: quiet, declare: async () => {} };
  const kafka = new KafkaJsClient(createKafka({ brokers: [collectFrom.kafka], clientId: 'console', logger: quiet }));
  const client = new AmqplibClient({ url: collectFrom.rabbitmqUrl, name: 'console', logger: quiet });
  new RabbitCollector({ ...common, client, sources: [TASKS] }).start();
  new KafkaCollector({ ...common, kafka, group: 'console', prefix: collectFrom.prefix, sources: [EVENTS] }).start();
} else {
  new BatchRunner(new Batches(new Review()), database, quiet).start();
  process.stdout.write('ready\n');
}
