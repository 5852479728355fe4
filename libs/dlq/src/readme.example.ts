import type { Logger } from '@waybill/outbox';
import type { DeadLetterDatabase } from './dead-letter-database.js';
import {
  Batches,
  BatchRunner,
  Collector,
  DeadLetterQueries,
  RabbitCollector,
  type RabbitCollectorOptions,
  Review,
} from './index.js';

/** The README shows this code word for word; readme.spec.ts compares and runs it. */

type Deps = Omit<RabbitCollectorOptions, 'collector'> & { database: DeadLetterDatabase; logger: Logger };

export function collectDeadLetters({ database, logger, client, sources, declare }: Deps) {
  // README: collect
  const collector = new Collector({ database, logger });
  const rabbitmq = new RabbitCollector({ client, sources, declare, collector });
  rabbitmq.start(); // and a KafkaCollector for topics
  // end
  return async () => {
    collector.stop();
    await rabbitmq.stop();
  };
}

export async function resolveTwo(database: DeadLetterDatabase, corrected: Buffer) {
  const validateBody = (_: string, body: Buffer) => (body.length ? undefined : 'the body is empty');
  // README: review
  const queries = new DeadLetterQueries();
  const review = new Review({ validateBody }); // returns what is wrong with an edited body

  const { items } = await queries.list(database.autocommit, { class: 'malformed' }, { limit: 20 });
  const [first, second] = items;
  await database.transaction((tx) => review.resubmit(tx, first!.id, { by: 'ada', body: corrected }));
  await database.transaction((tx) => review.discard(tx, second!.id, { by: 'ada', reason: 'a test order' }));
  // end
}

export async function discardMany(database: DeadLetterDatabase, logger: Logger) {
  const review = new Review();
  // README: batch
  const batches = new Batches(review);
  const runner = new BatchRunner(batches, database, logger);
  runner.start();

  const filter = { source: 'parcels.weigh' };
  const request = { by: 'ada', filter, action: 'discard', reason: 'a load test', ratePerSecond: 20 } as const;
  const { selected } = await batches.plan(database.autocommit, request); // changes nothing
  const batch = await database.transaction((tx) => batches.begin(tx, request));
  // end
  return { batches, runner, selected, batch: batch! };
}
