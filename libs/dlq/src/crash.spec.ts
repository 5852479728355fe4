import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { AmqplibClient, KafkaJsClient } from '@waybill/messaging';
import {
  backingServices,
  type FreshTopics,
  type FreshVhost,
  freshTopics,
  freshVhost,
  KafkaPeer,
  RabbitPeer,
  until,
} from '@waybill/testing';
import { BatchRunner } from './batch-runner.js';
import { Batches } from './batches.js';
import { Collector } from './collector.js';
import type { ConsoleProcess } from './console-process.fixture.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import {
  aDeadLetter,
  collect,
  type DeadLetterHarness,
  deadLetterDatabase,
  EVENTS,
  outboxOf,
  quiet,
  rawDeadLetter,
  TASKS,
} from './dead-letters.fixture.js';
import { KafkaCollector } from './kafka-collector.js';
import { RabbitCollector } from './rabbit-collector.js';
import { Review } from './review.js';

let database: DeadLetterHarness;
beforeEach(async () => {
  database = await deadLetterDatabase();
});
afterEach(() => database.drop());

async function start(options: ConsoleProcess): Promise<ChildProcess> {
  const script = join(import.meta.dirname, 'console-process.fixture.js');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

describe('a collector that is killed after its commit, before the acknowledgement', () => {
  let vhost: FreshVhost;
  let topics: FreshTopics;
  let rabbit: RabbitPeer;
  let kafka: KafkaPeer;
  let client: AmqplibClient;
  beforeEach(async () => {
    vhost = await freshVhost();
    topics = freshTopics();
    rabbit = await RabbitPeer.connect(vhost.url);
    await rabbit.declare(TASKS.name);
    kafka = new KafkaPeer(topics);
    await topics.create(EVENTS.name);
    client = new AmqplibClient({ url: vhost.url, name: 'test', logger: quiet });
  });
  afterEach(async () => {
    await Promise.all([client.close(), rabbit.close(), kafka.close()]);
    await vhost.drop();
    await topics.drop();
  });

  it.each([TASKS, EVENTS])(
    'and its successor store each dead letter of a $kind once',
    async (from) => {
      const contract = { type: 'parcels.Weigh.v1', destination: { name: from.name }, subjectOf: () => 'parcel-1' };
      const { headers } = rawDeadLetter({ from });
      const ids: string[] = [];
      for (let n = 0; n < 3; n++) {
        const changes = {
          headers: Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-'))),
        };
        const isTopic = from.kind === 'topic';
        ids.push(await (isTopic ? kafka.publish(contract, {}, changes) : rabbit.send(contract, {}, changes)));
      }
      const collectFrom = { rabbitmqUrl: vhost.url, kafka: backingServices().kafka, prefix: topics.prefix };
      await kill(await start({ databaseUrl: database.url, collectFrom }));

      const collector = new Collector({ database, logger: quiet });
      const common = { collector, logger: quiet, declare: async () => {} };
      const collectors = [
        new RabbitCollector({ ...common, client, sources: [TASKS] }),
        new KafkaCollector({
          ...common,
          kafka: new KafkaJsClient(topics.kafka),
          group: 'console',
          prefix: topics.prefix,
          sources: [EVENTS],
        }),
      ];
      const queries = new DeadLetterQueries();
      const list = () => queries.list(database.autocommit, {}, { limit: 10 });
      try {
        for (const each of collectors) each.start();
        await until('all are stored', async () => (await list()).items.length === 3);
        await until('the queue is empty', async () => (await rabbit.waiting(TASKS.name)) === 0);
      } finally {
        collector.stop();
        await Promise.all(collectors.map((each) => each.stop()));
      }

      const { items } = await list();
      expect(items.map(({ messageId }) => messageId).sort()).toEqual(ids.sort());
      for (const { id } of items) expect((await queries.find(database.autocommit, id))!.history).toHaveLength(1);
    },
    90_000,
  );
});

describe('a process that is killed repeatedly while it runs a batch', () => {
  it.each([{ action: 'resubmit' } as const, { action: 'discard', reason: 'a load test' } as const])(
    'leaves a batch that others complete, each dead letter resolved once, to $action',
    async (action) => {
      const deadLetters = Array.from({ length: 60 }, (_, n) => aDeadLetter({ from: EVENTS, messageId: `event-${n}` }));
      await collect(database, ...deadLetters);
      const batches = new Batches(new Review());
      const batch = (await database.transaction((tx) =>
        batches.begin(tx, { by: 'ada', filter: {}, ratePerSecond: 60, ...action }),
      ))!;
      const progress = async () => (await batches.find(database.autocommit, batch.id))!;

      for (let killed = 0; killed < 3; killed++) {
        const before = (await progress()).resolved;
        const child = await start({ databaseUrl: database.url });
        await until('it has resolved some', async () => (await progress()).resolved > before);
        await kill(child);
      }
      expect(await progress()).toMatchObject({ status: 'running' });

      const runner = new BatchRunner(batches, database, quiet);
      runner.start();
      await until('it is done', async () => (await progress()).status === 'done');
      await runner.stop();
      expect(await progress()).toMatchObject({ resolved: 60, skipped: 0 });
      const tasks = (await outboxOf(database)).map(({ body }) => JSON.parse(body));
      expect(tasks.map(({ messageId }) => messageId).sort()).toEqual(
        deadLetters.map(({ messageId }) => messageId).sort(),
      );
      expect(new Set(tasks.map(({ action }) => action))).toEqual(new Set([action.action]));
    },
  );
});
