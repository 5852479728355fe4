import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type INestApplication, type INestApplicationContext, Injectable, Module, type Provider } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  backingServices,
  type FreshTopics,
  type FreshVhost,
  freshTopics,
  freshVhost,
  KafkaPeer,
  until,
} from '@waybill/testing';
import { z } from 'zod';
import {
  defineEvent,
  defineQueue,
  defineReply,
  defineTask,
  defineTopic,
  type OutgoingMessage,
} from '../contract/index.js';
import type { Handler, HandlerContext, Middleware } from '../handling/index.js';
import { FileObjectStore, MessageOutbox, MessageSender, RequestReply } from '../index.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import {
  connectMessaging,
  Handles,
  KafkaTransport,
  MessagingHealth,
  MessagingModule,
  type MessagingOptions,
  RabbitTransport,
} from './index.js';

const papers = defineQueue({ name: 'papers' });
const questions = defineQueue({ name: 'questions', replicated: false });
const facts = defineTopic({ name: 'facts' });
const schema = z.object({ title: z.string(), text: z.string().default('') });
const subject = ({ title }: { title: string }) => title;
const Read = defineTask({ type: 'test.Read.v1', queue: papers, subject, schema });
const Answered = defineReply({ type: 'test.Answered.v1', queue: questions, subject, schema });
const GetAnswer = defineTask({ type: 'test.GetAnswer.v1', queue: questions, subject, schema, reply: Answered });
const TestContract = defineEvent({ type: 'test.TestContract.v1', topic: facts, subject, schema });

type Paper = z.infer<typeof schema>;

@Handles(Read)
@Injectable()
class ReadHandler implements Handler<typeof Read> {
  handle({ title, text }: Paper, { tx }: HandlerContext): Promise<void> {
    return effect(tx, `${title}: ${text.length}`);
  }
}

@Handles(GetAnswer, { transaction: false })
@Injectable()
class GetAnswerHandler implements Handler<typeof GetAnswer> {
  handle({ title }: Paper, { reply }: HandlerContext): Promise<void> {
    steps.push(`handles ${title}`);
    return reply({ title: `${title}?`, text: 'yes' });
  }
}

@Handles(TestContract, { filter: ({ title }) => title !== 'a rumour' })
class TestContractHandler implements Handler<typeof TestContract> {
  constructor(private readonly place: string) {}

  handle({ title }: Paper, { tx }: HandlerContext): Promise<void> {
    return effect(tx, `${title} in ${this.place}`);
  }
}

/** What the middleware and the handler did. */
const steps: string[] = [];
const recordSteps: Middleware = async ({ body }, next) => {
  const { title } = body as Paper;
  steps.push(`before ${title}`);
  await next();
  steps.push(`after ${title}`);
};

let database: Awaited<ReturnType<typeof consumerDatabase>>;
let vhost: FreshVhost;
let topics: FreshTopics;
let folder: string;
let app: INestApplicationContext;

beforeAll(async () => {
  [database, vhost] = await Promise.all([consumerDatabase(), freshVhost()]);
  topics = freshTopics();
  folder = mkdtempSync(join(tmpdir(), 'waybill-claims-'));
  const messaging = MessagingModule.forRoot({
    service: 'library',
    database,
    databaseUrl: database.url,
    rabbitmqUrl: vhost.url,
    kafkaBrokers: [backingServices().kafka],
    kafkaTopicPrefix: topics.prefix,
    topology: { topics: [facts], queues: [papers, questions] },
    logger: quiet,
    objectStore: new FileObjectStore(folder),
    groupCommit: 20,
    middlewares: [recordSteps],
    publishPerSecond: { kafka: 100 },
  });

  @Module({ imports: [messaging], providers: [ReadHandler, GetAnswerHandler] })
  class LibraryService {}

  app = await NestFactory.createApplicationContext(LibraryService, { logger: false });
  const transports = [app.get(KafkaTransport), app.get(RabbitTransport)];
  for (const transport of transports) transport.listen(() => {});
  const ready = () => Promise.all(transports.map((transport) => transport.check()));
  await until('it is ready', ready);
});

afterAll(async () => {
  for (const transport of [app.get(KafkaTransport), app.get(RabbitTransport)]) await transport.close();
  await app.close();
  await Promise.all([database.drop(), vhost.drop(), topics.drop()]);
  rmSync(folder, { recursive: true });
});

describe('a service with the messaging module', () => {
  it('sends and receives large bodies by its object store, also where handlers share a transaction', async () => {
    const outbox = app.get(MessageOutbox);
    const titles = Array.from({ length: 10 }, (_, n) => `paper ${n}`);
    await database.transaction((tx) =>
      outbox.add(tx, ...titles.map((title) => Read.of({ title, text: 'x'.repeat(300_000) }))),
    );
    await until('all are read', async () => (await effects(database)).length === 10);
    expect((await effects(database)).toSorted()).toEqual(titles.map((title) => `${title}: 300000`));
    expect(readdirSync(folder)).toHaveLength(10);
  });

  it('sends requests and gets replies', async () => {
    expect(await app.get(RequestReply).request(GetAnswer, { title: 'ready' })).toEqual({
      title: 'ready?',
      text: 'yes',
    });
  });

  it("runs the application's middlewares around the handler, with the decoded body", async () => {
    await app.get(RequestReply).request(GetAnswer, { title: 'this' });
    await until('the middleware has ended', () => steps.includes('after this'));
    expect(steps.filter((step) => step.endsWith(' this'))).toEqual(['before this', 'handles this', 'after this']);
  });

  it('sends without a transaction, no faster than its rate limit', async () => {
    const peer = new KafkaPeer(topics);
    await peer.listen(facts.name);
    const started = performance.now();
    const publish = () => app.get(MessageSender).publish(TestContract, { title: 'often' });
    await Promise.all(Array.from({ length: 110 }, publish));
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(await peer.received('often', 110)).toHaveLength(110);
    await peer.close();
  });
});

describe('a service with one broker', () => {
  let own: Awaited<ReturnType<typeof consumerDatabase>>;
  /** Where no other service consumes the queue. */
  let ownVhost: FreshVhost;
  let service: INestApplication;
  beforeEach(async () => {
    [own, ownVhost] = await Promise.all([consumerDatabase(), freshVhost()]);
  });
  afterEach(async () => {
    await service.close();
    await Promise.all([own.drop(), ownVhost.drop()]);
  });

  async function start(
    options: Pick<MessagingOptions, 'service' | 'topology'> & Partial<MessagingOptions>,
    provider: Provider,
  ) {
    const messaging = MessagingModule.forRoot({ database: own, databaseUrl: own.url, logger: quiet, ...options });
    const module = { module: class {}, imports: [messaging], providers: [provider] };
    service = await NestFactory.create(module, new FastifyAdapter(), { logger: false });
    await connectMessaging(service);
    await service.init();
    const checks = service.get(MessagingHealth).healthChecks();
    await until('it is ready', () => Promise.all(checks.map((check) => check.check())));
  }
  const commit = (message: OutgoingMessage) => own.transaction((tx) => service.get(MessageOutbox).add(tx, message));
  const untilEffect = (what: string) => until(what, async () => (await effects(own)).includes(what));

  it('publishes and handles events without RabbitMQ; a handler may come from useFactory', async () => {
    const kafkaBrokers = [backingServices().kafka];
    const options = { service: 'archive', kafkaBrokers, kafkaTopicPrefix: topics.prefix };
    await start(
      { ...options, topology: { topics: [facts], queues: [] } },
      { provide: 'handler', useFactory: () => new TestContractHandler('the archive') },
    );
    await commit(TestContract.of({ title: 'a fact' }));
    await untilEffect('a fact in the archive');

    await commit(TestContract.of({ title: 'a rumour' })); // its handler's filter skips it
    await commit(TestContract.of({ title: 'a second fact' }));
    await untilEffect('a second fact in the archive');
    expect(await effects(own)).not.toContain('a rumour in the archive');
    await expect(service.get(MessageSender).send(Read, { title: 'no' })).rejects.toThrow('rabbitmq is not configured');
  });

  it('sends and handles tasks without Kafka; a handler may come from useValue', async () => {
    await start(
      { service: 'reader', rabbitmqUrl: ownVhost.url, topology: { topics: [], queues: [papers] } },
      { provide: 'handler', useValue: new ReadHandler() },
    );
    await commit(Read.of({ title: 'a paper', text: 'four' }));
    await untilEffect('a paper: 4');
    await expect(service.get(MessageSender).publish(TestContract, { title: 'no' })).rejects.toThrow(
      'kafka is not configured',
    );
  });
});
