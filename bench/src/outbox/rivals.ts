import { KafkaJsClient, KafkaPublisher } from '@waybill/messaging';
import { figure, method, ratePerSecond, rounds } from '../rounds.js';
import { GraphileWorkerOutbox } from './graphile-worker.js';
import { KafkaTopic } from './kafka-topic.js';
import { messages } from './messages.js';
import { OutboxDatabase } from './outbox-database.js';
import { PgTransactionalOutbox } from './pg-transactional-outbox.js';

const ROWS = 10_000;
const ROUNDS = 3;

/** The relay against the other packages on npm. */
export async function rivals(): Promise<void> {
  method(
    'outbox/rivals',
    `${ROWS} rows of 1 KiB until the last is published and deleted, in turns, ` +
      'median of the rounds; one\n  idempotent kafkajs producer with acks=all each, the relay with its defaults. graphile-worker: the settings of its page on ' +
      'performance (24 concurrent\n  jobs, local queue of 500, completions in batches), one job per message. pg-transactional-outbox: polling ' +
      'listener, batches of 100, all\n  messages "parallel", read committed, without the protections it recommends against for an outbox. Neither keeps the order.',
  );
  const topic = await KafkaTopic.create();
  const producer = await topic.producer();
  const publisher = new KafkaPublisher(new KafkaJsClient(topic.kafka));
  const ours = await OutboxDatabase.open();
  const graphile = await GraphileWorkerOutbox.open(producer);
  const transactional = await PgTransactionalOutbox.open(producer);
  const all = messages(ROWS, topic.name);

  const medians = await rounds(ROUNDS, {
    relay: async () => {
      await ours.add(all);
      await ours.settle();
      return ratePerSecond(ROWS, () => ours.relay(publisher, ROWS));
    },
    'graphile-worker': async () => {
      await graphile.add(all);
      await settle(graphile.database);
      return ratePerSecond(ROWS, () => graphile.relay(ROWS));
    },
    'pg-transactional-outbox': async () => {
      await transactional.add(all);
      await settle(transactional.database);
      return ratePerSecond(ROWS, () => transactional.relay(ROWS));
    },
  });
  const better = Math.max(medians['graphile-worker'], medians['pg-transactional-outbox']);
  const ratio = medians.relay / better;
  figure('relay / the better of the two', ratio.toFixed(1), { text: 'at least 3', met: ratio >= 3 });

  await Promise.all([producer.disconnect(), publisher.close()]);
  await Promise.all([topic.drop(), ours.database.drop(), graphile.database.drop(), transactional.close()]);
}

/** The same clean-up as for the relay. */
async function settle({ pool }: OutboxDatabase['database']): Promise<void> {
  await pool.query('VACUUM ANALYZE');
  await pool.query('CHECKPOINT');
}
