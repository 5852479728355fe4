import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type INestApplicationContext, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
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
import { defineEvent, defineQueue, defineReply, defineTask, defineTopic } from '../contract/index.js';
import type { Handler, HandlerContext } from '../handling/index.js';
import { FileObjectStore, MessageOutbox, MessageSender, RequestReply } from '../index.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import { Handles, KafkaTransport, MessagingModule, RabbitTransport } from './index.js';

const papers = defineQueue({ name: 'papers' });
const questions = defineQueue({ name: 'questions', replicated: false });
const facts = defineTopic({ name: 'facts' });
const schema = z.object({ title: z.string(), text: z.string().default('') });
const subject = ({ title }: { title: string }) => title;
const Read = defineTask({ type: 'test.Read.v1', queue: papers, subject, schema });
const Answered = defineReply({ type: 'test.Answered.v1', queue: questions, subject, schema });
const Ask = defineTask({ type: 'test.Ask.v1', queue: questions, subject, schema, reply: Answered });
const TestContract = defineEvent({ type: 'test.TestContract.v1', topic: facts, subject, schema });

type Paper = z.infer<typeof schema>;

@Handles(Read)
@Injectable()
class ReadHandler implements Handler<typeof Read> {
  handle({ title, text }: Paper, { tx }: HandlerContext): Promise<void> {
    return effect(tx, `${title}: ${text.length}`);
  }
}

@Handles(Ask, { transaction: false })
@Injectable()
class AskHandler implements Handler<typeof Ask> {
  handle({ title }: Paper, { reply }: HandlerContext): Promise<void> {
    return reply({ title: `${title}?`, text: 'yes' });
  }
}

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
    publishPerSecond: { kafka: 100 },
  });

  @Module({ imports: [messaging], providers: [ReadHandler, AskHandler] })
  class LibraryService {}

  app = await NestFactory.createApplicationContext(LibraryService, { logger: false });
  const transports = [app.get(KafkaTransport), app.get(RabbitTransport)];
  for (const transport of transports) transport.listen(() => {});
  const ready = () => Promise.all(transports.map((transport) => transport.check()));
  await until('it is ready', ready, { within: '30s' });
});

afterAll(async () => {
  for (const transport of [app.get(KafkaTransport), app.get(RabbitTransport)]) await transport.close();
  await app.close();
  await Promise.all([database.drop(), vhost.drop(), topics.drop()]);
  rmSync(folder, { recursive: true });
});

describe('a service with the messaging module', () => {
  it('sends and takes large bodies by its object store, also where handlers commit together', async () => {
    const outbox = app.get(MessageOutbox);
    const titles = Array.from({ length: 10 }, (_, n) => `paper ${n}`);
    await database.transaction((tx) =>
      outbox.add(tx, ...titles.map((title) => Read.of({ title, text: 'x'.repeat(300_000) }))),
    );
    await until('all are read', async () => (await effects(database)).length === 10, { within: '30s' });
    expect((await effects(database)).toSorted()).toEqual(titles.map((title) => `${title}: 300000`));
    expect(readdirSync(folder)).toHaveLength(10);
  });

  it('asks and answers', async () => {
    expect(await app.get(RequestReply).request(Ask, { title: 'ready' })).toEqual({ title: 'ready?', text: 'yes' });
  });

  it('sends without a transaction, no faster than it may', async () => {
    const peer = new KafkaPeer(topics);
    await peer.listen(facts.name);
    const started = performance.now();
    const say = () => app.get(MessageSender).publish(TestContract, { title: 'often' });
    await Promise.all(Array.from({ length: 110 }, say));
    expect(performance.now() - started).toBeGreaterThan(900);
    expect(await peer.received('often', 110)).toHaveLength(110);
    await peer.close();
  });
});
