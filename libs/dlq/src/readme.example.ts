import { setTimeout as pause } from 'node:timers/promises';
import {
  Batches,
  BatchRunner,
  Collector,
  DeadLetterQueries,
  deadLetterMigrations,
  RabbitCollector,
  Review,
} from '@waybill/dlq';
import { AmqplibClient, deadLetterQueueOf, RabbitPublisher, RabbitTopology } from '@waybill/messaging';
import { defineQueue } from '@waybill/messaging/contract';
import { migrateLibraries, OutboxRelay, outboxMigrations, PgDatabase } from '@waybill/outbox';
import pg from 'pg';
import { pino } from 'pino';

const connectionString = process.env.DATABASE_URL!;
const database = new PgDatabase(new pg.Pool({ connectionString }));
await migrateLibraries(database.pool, outboxMigrations, deadLetterMigrations);

const logger = pino({ level: 'warn' });
const weigh = defineQueue({ name: 'parcels.weigh' });
const deadLetters = deadLetterQueueOf(weigh.name); // parcels.weigh-dlq
const client = new AmqplibClient({ url: process.env.RABBITMQ_URL!, name: 'review', logger });
const topology = new RabbitTopology(client, [weigh]);
await topology.declare();

const collector = new Collector({ database, logger });
const rabbitmq = new RabbitCollector({
  client,
  collector,
  sources: [{ kind: 'queue', name: deadLetters, source: weigh.name, consumer: 'parcels' }],
  declare: () => topology.declare(),
});
rabbitmq.start(); // and a KafkaCollector for topics

const relay = new OutboxRelay({
  connectionString,
  targets: { rabbitmq: new RabbitPublisher(client, { topology }) },
  logger,
});
await relay.start(); // resubmitted messages leave by the outbox

const consumer = client.reader({
  queue: weigh.name,
  prefetch: 10,
  async onMessage({ body }) {
    console.log(`${weigh.name}: ${body}`);
    return 'ack' as const;
  },
});
const producer = client.producer({ confirm: true });
for (const body of ['{"parcel":', '{"test":', '{"test":']) {
  const properties = { messageId: crypto.randomUUID(), type: 'parcels.Weigh.v1' };
  await producer.send({ queue: deadLetters, body: Buffer.from(body), properties }); // as a consumer does that gives up
}

const queries = new DeadLetterQueries();
const list = () => queries.list(database.autocommit, { source: weigh.name, status: 'waiting' }, { limit: 20 });
while ((await list()).items.length < 3) await pause(100);

const validateBody = (_type: string, body: Buffer) => (body.length ? [] : [{ field: '', message: 'is empty' }]);
const review = new Review({ validateBody }); // returns what is wrong with an edited body

const [oldest] = (await list()).items.toReversed();
const body = Buffer.from('{"parcel":1}');
await database.transaction((tx) => review.resubmit(tx, oldest!.id, { by: 'ada', body }));

const batches = new Batches(review);
const runner = new BatchRunner(batches, database, logger);
runner.start();

const filter = { source: weigh.name };
const request = { by: 'ada', filter, action: 'discard', reason: 'a load test', ratePerSecond: 20 } as const;
const { selected } = await batches.plan(database.autocommit, request); // changes nothing
console.log(`to be discarded: ${selected}`);
const batch = await database.transaction((tx) => batches.begin(tx, request));
runner.wake();

while ((await batches.find(database.autocommit, batch!.id))?.status !== 'done') await pause(100);
console.log(`still waiting: ${(await list()).items.length}`);

process.once('SIGTERM', async () => {
  collector.stop(); // first: what is in flight is stored or requeued
  await Promise.all([rabbitmq.stop(), runner.stop(), relay.stop(), consumer.close(), producer.close()]);
  await Promise.all([client.close(), database.pool.end()]);
});
