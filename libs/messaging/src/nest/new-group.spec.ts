import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { backingServices, type FreshTopics, freshTopics, KafkaPeer, until } from '@waybill/testing';
import { z } from 'zod';
import { defineEvent, defineTopic } from '../contract/index.js';
import type { Handler, HandlerContext } from '../handling/index.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import { connectMessaging, Handles, MessagingModule } from './index.js';

const topic = defineTopic({ name: 'facts', partitions: 3 });
const schema = z.object({ about: z.string(), n: z.int() });
const Fact = defineEvent({ type: 'test.Fact.v1', topic, subject: ({ about }) => about, schema });

@Handles(Fact)
class FactHandler implements Handler<typeof Fact> {
  handle({ about, n }: z.infer<typeof schema>, { tx }: HandlerContext): Promise<void> {
    return effect(tx, `${about} ${n}`);
  }
}

type Service = { database: Awaited<ReturnType<typeof consumerDatabase>>; app: INestApplication };

let topics: FreshTopics;
let peer: KafkaPeer;
const services: Service[] = [];
beforeAll(() => {
  topics = freshTopics();
  peer = new KafkaPeer(topics);
});
afterAll(async () => {
  await Promise.all(services.map(({ app }) => app.close()));
  await peer.close();
  await Promise.all([topics.drop(), ...services.map(({ database }) => database.drop())]);
});

async function start(service: string, database?: Service['database']): Promise<Service> {
  const own = database ?? (await consumerDatabase());
  const messaging = MessagingModule.forRoot({
    service,
    database: own,
    databaseUrl: own.url,
    kafkaBrokers: [backingServices().kafka],
    kafkaTopicPrefix: topics.prefix,
    topology: { topics: [topic], queues: [] },
    logger: quiet,
  });

  @Module({ imports: [messaging], providers: [FactHandler] })
  class ServiceModule {}
  const app = await NestFactory.create(ServiceModule, new FastifyAdapter(), { logger: false });
  await connectMessaging(app);
  await app.init();
  return { database: own, app };
}

const publish = (n: number) => peer.publish(Fact, { about: `key-${n % 4}`, n });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);
const untilHandled = (service: Service, count: number) =>
  until(`${count} are handled`, async () => (await effects(service.database)).length === count);
/** What the service did about each key, in its order. */
const byKey = async ({ database }: Service) =>
  Object.groupBy(await effects(database), (text) => text.split(' ')[0] as string);

describe('a consumer group that is added later', () => {
  it('handles all events from the first one on, those of a key in order, and takes none from other groups', async () => {
    const first = await start('first');
    services.push(first);
    await until('the topic is there', async () => Boolean(await publish(0)));
    for (const n of range(1, 200)) await publish(n);
    await untilHandled(first, 200);

    const later = await start('later');
    for (const n of range(200, 220)) await publish(n);
    await Promise.all([untilHandled(first, 220), untilHandled(later, 220)]);
    expect(await byKey(later)).toEqual(await byKey(first));
    expect((await byKey(later))['key-1']).toEqual(
      range(0, 220)
        .filter((n) => n % 4 === 1)
        .map((n) => `key-1 ${n}`),
    );

    await later.app.close();
    const again = await start('later', later.database);
    services.push(again);
    await publish(220);
    await untilHandled(again, 221);
  });
});
