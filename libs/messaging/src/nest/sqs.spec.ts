import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type RunningSqs, startSqs, until } from '@waybill/testing';
import { z } from 'zod';
import { defineQueue, defineReply, defineTask } from '../contract/index.js';
import type { Handler, HandlerContext } from '../handling/index.js';
import { MessageOutbox, RequestReply } from '../index.js';
import { optionsFor, SqsPeer } from '../test/sqs-peer.fixture.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import { connectMessaging, Handles, MessagingHealth, MessagingModule, type MessagingOptions } from './index.js';

const papers = defineQueue({ name: 'papers' });
const questions = defineQueue({ name: 'questions', replicated: false });
const schema = z.object({ title: z.string() });
const subject = ({ title }: { title: string }) => title;
const Read = defineTask({ type: 'test.Read.v1', queue: papers, subject, schema });
const Answered = defineReply({ type: 'test.Answered.v1', queue: questions, subject, schema });
const GetAnswer = defineTask({ type: 'test.GetAnswer.v1', queue: questions, subject, schema, reply: Answered });

/** Fails at the first attempt, and always for what is unreadable. */
@Handles(Read, { retries: 1 })
class ReadHandler implements Handler<typeof Read> {
  async handle({ title }: { title: string }, { tx, message }: HandlerContext): Promise<void> {
    if (message.attempt === 1 || title === 'unreadable') throw new Error(`cannot read ${title}`);
    await effect(tx, `${title} at attempt ${message.attempt}`);
  }
}

@Handles(GetAnswer, { transaction: false })
class GetAnswerHandler implements Handler<typeof GetAnswer> {
  handle({ title }: { title: string }, { reply }: HandlerContext): Promise<void> {
    return reply({ title: `${title}?` });
  }
}

describe('a service whose tasks are carried by SQS', () => {
  let server: RunningSqs;
  let queues: SqsPeer;
  let database: Awaited<ReturnType<typeof consumerDatabase>>;
  let service: INestApplication;
  beforeAll(async () => {
    [server, database] = await Promise.all([startSqs(), consumerDatabase()]);
    queues = new SqsPeer(server);
  });
  afterEach(() => service.close());
  afterAll(async () => {
    queues.close();
    await Promise.all([server.stop(), database.drop()]);
  });

  async function connect(sqs: MessagingOptions['sqs']): Promise<void> {
    const topology = { topics: [], queues: [papers, questions] };
    const options = { service: 'library', database, databaseUrl: database.url, topology, logger: quiet, sqs };
    const module = class {};
    const providers = [ReadHandler, GetAnswerHandler];
    const library = { module, imports: [MessagingModule.forRoot(options)], providers };
    service = await NestFactory.create(library, new FastifyAdapter(), { logger: false });
    await connectMessaging(service);
    await service.init();
    const checks = service.get(MessagingHealth).healthChecks();
    await until('it is ready', () => Promise.all(checks.map((check) => check.check())));
  }

  it('sends, retries, dead-letters, requests and replies', async () => {
    await connect(optionsFor(server));
    const outbox = service.get(MessageOutbox);
    await database.transaction((tx) => outbox.add(tx, Read.of({ title: 'a paper' }), Read.of({ title: 'unreadable' })));
    await until('it is read', async () => (await effects(database)).includes('a paper at attempt 2'));
    const dead = await until('the other is dead', () => queues.take('papers-dlq'));
    expect(JSON.parse(String(dead.body))).toEqual({ title: 'unreadable' });
    expect(dead.properties.headers).toMatchObject({ 'x-waybill-error': 'cannot read unreadable' });
    expect(await service.get(RequestReply).request(GetAnswer, { title: 'ready' })).toEqual({ title: 'ready?' });
  });

  it('does not start when it cannot use SQS with its settings', async () => {
    const credentials = () => Promise.reject(new Error('nobody gave any'));
    await expect(connect({ ...optionsFor(server), credentials })).rejects.toThrow('SQS: no credentials; set AWS_');
  });
});
