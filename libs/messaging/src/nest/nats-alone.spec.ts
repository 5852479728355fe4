import { type INestApplication, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type RunningNats, startNats, until } from '@waybill/testing';
import { z } from 'zod';
import { defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import type { Handler, HandlerContext } from '../handling/index.js';
import { MessageOutbox, TopicProgress } from '../index.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import { connectMessaging, Handles, MessagingHealth, MessagingModule } from './index.js';

const facts = defineTopic({ name: 'library.events' });
const letters = defineQueue({ name: 'library.letters' });
const schema = z.object({ title: z.string() });
const subject = ({ title }: { title: string }) => title;
const Bought = defineEvent({ type: 'test.Bought.v1', topic: facts, subject, schema });
const Thank = defineTask({ type: 'test.Thank.v1', queue: letters, subject, schema });

type Book = z.infer<typeof schema>;

@Handles(Bought)
@Injectable()
class BoughtHandler implements Handler<typeof Bought> {
  async handle({ title }: Book, { tx, outbox }: HandlerContext): Promise<void> {
    await effect(tx, `bought ${title}`);
    await outbox.add(tx, Thank.of({ title }));
  }
}

@Handles(Thank)
@Injectable()
class ThankHandler implements Handler<typeof Thank> {
  handle({ title }: Book, { tx, message }: HandlerContext): Promise<void> {
    if (message.attempt === 1) throw new Error('not yet');
    return effect(tx, `thanks for ${title}`);
  }
}

let database: Awaited<ReturnType<typeof consumerDatabase>>;
let nats: RunningNats;
let app: INestApplication;

beforeAll(async () => {
  [database, nats] = await Promise.all([consumerDatabase(), startNats()]);
  const messaging = MessagingModule.forRoot({
    service: 'library',
    database,
    databaseUrl: database.url,
    natsUrl: nats.url,
    topology: { topics: [facts], queues: [letters] },
    logger: quiet,
  });

  @Module({ imports: [messaging], providers: [BoughtHandler, ThankHandler] })
  class LibraryService {}

  app = await NestFactory.create(LibraryService, new FastifyAdapter(), { logger: false });
  await connectMessaging(app);
  await app.init();
});
afterAll(async () => {
  await app.close();
  await Promise.all([database.drop(), nats.stop()]);
});

it('a service with nothing but NATS handles an event, and the task that follows after a retry', async () => {
  const checks = app.get(MessagingHealth).healthChecks();
  await until('it is ready', () => Promise.all(checks.map((check) => check.check())));
  const outbox = app.get(MessageOutbox);
  await database.transaction((tx) => outbox.add(tx, Bought.of({ title: 'a book' })));
  await until('both have happened', async () => (await effects(database)).length === 2);
  expect(await effects(database)).toEqual(['bought a book', 'thanks for a book']);
  const progress = app.get(TopicProgress);
  await until('the offset is committed', async () => (await progress.of(facts)).behind === 0);
  expect(await progress.of(facts)).toEqual({ end: 1, behind: 0 });
});
