import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  backingServices,
  type FreshTopics,
  type FreshVhost,
  freshTopics,
  freshVhost,
  RabbitQueues,
  until,
} from '@waybill/testing';
import type { Admin } from 'kafkajs';
import { z } from 'zod';
import { defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import type { Handler, HandlerContext } from '../handling/index.js';
import { MessageOutbox } from '../index.js';
import { KAFKA_CLIENTS } from '../kafka-clients/index.js';
import { MalformedMessage } from '../outcomes/index.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import { Handles, KafkaTransport, MessagingModule, RabbitTransport } from './index.js';

const work = defineQueue({ name: 'work' });
/** Published to, and consumed elsewhere. */
const elsewhere = defineQueue({ name: 'elsewhere' });
const facts = defineTopic({ name: 'facts', partitions: 2 });
const schema = z.object({ what: z.string() });
const subject = ({ what }: { what: string }) => what;
const Work = defineTask({ type: 'test.Work.v1', queue: work, subject, schema });
const Elsewhere = defineTask({ type: 'test.Elsewhere.v1', queue: elsewhere, subject, schema });
const Happened = defineEvent({ type: 'test.Happened.v1', topic: facts, subject, schema });
const QUEUES = ['work', 'elsewhere', 'library.parked'].flatMap((name) => [
  name,
  `${name}-dlq`,
  ...[500, 2_000, 8_000].map((tier) => `${name}.retry.${tier}ms`),
]);
const ALL_QUEUES = [...QUEUES, 'for-review'];
const SOON = { within: '15s' } as const;

async function take({ what }: { what: string }, { tx, message }: HandlerContext): Promise<void> {
  if (what.startsWith('malformed')) throw new MalformedMessage('it is malformed');
  if (what.startsWith('fails once') && message.attempt === 1) throw new Error('a blip');
  await effect(tx, what);
}

@Handles(Work)
@Injectable()
class WorkHandler implements Handler<typeof Work> {
  handle = take;
}

@Handles(Happened)
@Injectable()
class HappenedHandler implements Handler<typeof Happened> {
  handle = take;
}

describe.each(KAFKA_CLIENTS)('a service whose queues and topics are deleted while it runs, with %s', (kafkaClient) => {
  let database: Awaited<ReturnType<typeof consumerDatabase>>;
  let vhost: FreshVhost;
  let topics: FreshTopics;
  let queues: RabbitQueues;
  let admin: Admin;
  let app: INestApplicationContext;
  let sent = 0;

  beforeAll(async () => {
    [database, vhost] = await Promise.all([consumerDatabase(), freshVhost()]);
    topics = freshTopics();
    queues = await RabbitQueues.connect(vhost.url);
    admin = topics.kafka.admin();
    await admin.connect();
    const messaging = MessagingModule.forRoot({
      service: 'library',
      database,
      databaseUrl: database.url,
      rabbitmqUrl: vhost.url,
      kafkaBrokers: [backingServices().kafka],
      kafkaClient,
      kafkaTopicPrefix: topics.prefix,
      topology: { topics: [facts], queues: [work, elsewhere], deadLetterQueues: ['for-review'] },
      logger: quiet,
    });

    @Module({ imports: [messaging], providers: [WorkHandler, HappenedHandler] })
    class LibraryService {}

    app = await NestFactory.createApplicationContext(LibraryService, { logger: false });
    for (const transport of transports()) transport.listen(() => {});
    await until('it is ready', isReady);
  });
  afterAll(async () => {
    for (const transport of transports()) await transport.close();
    await app.close();
    await Promise.all([admin.disconnect(), queues.close()]);
    await Promise.all([database.drop(), vhost.drop(), topics.drop()]);
  });

  const transports = () => [app.get(KafkaTransport), app.get(RabbitTransport)];
  const isReady = async () => {
    for (const transport of transports()) await transport.check();
    return true;
  };
  const add = (...messages: Parameters<MessageOutbox['add']>[1][]) =>
    database.transaction((tx) => app.get(MessageOutbox).add(tx, ...messages));
  const untilEffects = (...those: string[]) =>
    until(
      `${those.length} took effect`,
      async () => {
        const all = new Set(await effects(database));
        return those.every((what) => all.has(what));
      },
      SOON,
    );
  /** Events of both partitions, and tasks. */
  const sendSome = async (count = 10) => {
    const those = Array.from({ length: count }, () => `message ${++sent}`);
    await add(...those.flatMap((what) => [Happened.of({ what: `event ${what}` }), Work.of({ what: `task ${what}` })]));
    return those.flatMap((what) => [`event ${what}`, `task ${what}`]);
  };
  const endOf = async (topic: string) =>
    (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);

  /** Resolves when the topics are gone, or others are there under their names. */
  async function deleteTopics(...names: string[]): Promise<void> {
    const those = names.map((name) => topics.prefix + name);
    const before = await Promise.all(those.map(endOf));
    await admin.deleteTopics({ topics: those });
    const isGone = async (topic: string, index: number) => {
      if (!(await admin.listTopics()).includes(topic)) return true;
      return (await endOf(topic)) < before[index]!;
    };
    await until('they are gone', async () => (await Promise.all(those.map(isGone))).every(Boolean), SOON);
  }

  /** RabbitMQ closes the connection of one who looks while the queue is created. */
  async function takeFrom(queue: string) {
    const look = await RabbitQueues.connect(vhost.url);
    const message = await look.take(queue);
    await look.close();
    return message;
  }

  it('declares all of them again under load, and handles what is sent from then on', async () => {
    await untilEffects(...(await sendSome(30)));
    await Promise.all([deleteTopics('facts', 'facts.library-dlq'), queues.delete(...ALL_QUEUES)]);
    const during = await Promise.all(Array.from({ length: 20 }, () => sendSome()));
    await untilEffects(...during.flat());
    await until('it is ready', isReady, SOON);
    expect(await Promise.all(ALL_QUEUES.map((queue) => queues.exists(queue)))).toEqual(ALL_QUEUES.map(() => true));
    expect(await admin.listTopics()).toEqual(
      expect.arrayContaining(['facts', 'facts.library-dlq'].map((topic) => topics.prefix + topic)),
    );
  });

  it('reads a topic that was created again from its beginning, though its group had read further', async () => {
    await untilEffects(...(await sendSome(50)));
    await deleteTopics('facts');
    await until('it is there', async () => (await endOf(`${topics.prefix}facts`)) === 0, SOON);
    for (let n = 0; n < 3; n++) await untilEffects(...(await sendSome()));
  });

  it('dead-letters an event though the topic of dead letters is gone', async () => {
    await sendSome();
    await deleteTopicsOfDeadLetters();
    await add(Happened.of({ what: `malformed ${++sent}` }));
    await until('it is stored', async () => (await endOf(`${topics.prefix}facts.library-dlq`)) === 1, SOON);
  });

  async function deleteTopicsOfDeadLetters(): Promise<void> {
    await admin.deleteTopics({ topics: [`${topics.prefix}facts.library-dlq`] });
  }

  it('dead-letters a task though the queue of dead letters is gone', async () => {
    await queues.delete('work-dlq');
    await add(Work.of({ what: `malformed ${++sent}` }));
    await until('it is there', () => takeFrom('work-dlq'), SOON);
  });

  it('retries a task though its retry queues are gone', async () => {
    await queues.delete(...ALL_QUEUES.filter((name) => name.startsWith('work.retry')));
    await add(Work.of({ what: `fails once ${++sent}` }));
    await untilEffects(`fails once ${sent}`);
  });

  it('publishes to a queue that is gone and that others consume', async () => {
    await queues.delete('elsewhere');
    await add(Elsewhere.of({ what: 'x' }));
    await until('it is there', () => takeFrom('elsewhere'), SOON);
  });

  it('is not ready while a topic or a queue is missing, and says which', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const watching = until(
      'it says so',
      async () => {
        const failed = await isReady().catch((error: Error) => error.message);
        if (typeof failed === 'string') resolve(failed);
        return typeof failed === 'string';
      },
      SOON,
    );
    await deleteTopics('facts');
    await watching;
    expect(await promise).toContain('facts');
    await until('it is ready again', isReady, SOON);
  });
});
