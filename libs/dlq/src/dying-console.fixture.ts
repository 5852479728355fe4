import { AmqplibClient } from '@waybill/messaging';
import { pgTx } from '@waybill/outbox';
import { transaction } from '@waybill/testing';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { BatchRunner } from './batch-runner.js';
import { Batches } from './batches.js';
import { Intake } from './intake.js';
import { KafkaIntake } from './kafka-intake.js';
import { EVENTS, quiet, TASKS } from './letters.fixture.js';
import { RabbitIntake } from './rabbit-intake.js';
import { Review } from './review.js';

export interface DyingConsole {
  databaseUrl: string;
  /** Gathers letters, and stops for ever after the commit of the first one, before that is acknowledged. */
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
  const intake = new Intake(database, quiet);
  const common = { intake, logger: quiet, declare: async () => {} };
  const kafka = new Kafka({ brokers: [gather.kafka], logLevel: logLevel.NOTHING });
  const client = new AmqplibClient({ url: gather.rabbitmqUrl, name: 'console', logger: quiet });
  new RabbitIntake({ ...common, client, sources: [TASKS] }).start();
  new KafkaIntake({ ...common, kafka, group: 'console', prefix: gather.prefix, sources: [EVENTS] }).start();
} else {
  new BatchRunner(new Batches(new Review()), database, quiet).start();
  process.stdout.write('there\n');
}
