import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { ConsumerControl } from '@waybill/outbox';
import { until } from '@waybill/testing';
import { register } from 'prom-client';
import { z } from 'zod';
import { defineEvent, defineQueue, defineTask, defineTopic, type OutgoingMessage } from '../contract/index.js';
import type { Handler, HandlerContext } from '../handling/index.js';
import { MessageOutbox } from '../index.js';
import { type Carriers, natsAlone, rabbitAndKafkaBy, tasksBy } from '../test/carriers.fixture.js';
import { sqsCarrier } from '../test/sqs-peer.fixture.js';
import { consumerDatabase, effect, effects, quiet } from '../test/workbench.fixture.js';
import { connectMessaging, Handles, MessagingHealth, MessagingModule } from './index.js';

const schema = z.object({ about: z.string(), what: z.string() });
const subject = ({ about }: { about: string }) => about;
const [papers, letters] = [defineQueue({ name: 'papers' }), defineQueue({ name: 'letters' })];
const [facts, rumours] = [defineTopic({ name: 'facts', partitions: 3 }), defineTopic({ name: 'rumours' })];
const Paper = defineTask({ type: 'test.Paper.v1', queue: papers, subject, schema });
const Letter = defineTask({ type: 'test.Letter.v1', queue: letters, subject, schema });
const Fact = defineEvent({ type: 'test.Fact.v1', topic: facts, subject, schema });
const Rumour = defineEvent({ type: 'test.Rumour.v1', topic: rumours, subject, schema });

type Body = z.output<typeof schema>;

/** Whether handlers still fail for what is to fail at first. */
let isFailing = true;

class Writes {
  async handle({ about, what }: Body, { tx, message }: HandlerContext): Promise<void> {
    if (what === 'fails once' && message.attempt === 1) throw new Error(what);
    if (what === 'fails at first' && isFailing) throw new Error(what);
    await effect(tx, `${about} ${what}`);
  }
}

@Handles(Paper)
class PaperHandler extends Writes implements Handler<typeof Paper> {}
@Handles(Letter)
class LetterHandler extends Writes implements Handler<typeof Letter> {}
@Handles(Fact, { retries: 1_000 })
class FactHandler extends Writes implements Handler<typeof Fact> {}
@Handles(Rumour)
class RumourHandler extends Writes implements Handler<typeof Rumour> {}

describe.each([
  { by: 'RabbitMQ, and Kafka by kafkajs', open: () => rabbitAndKafkaBy('kafkajs') },
  { by: 'RabbitMQ, and Kafka by @platformatic/kafka', open: () => rabbitAndKafkaBy('@platformatic/kafka') },
  { by: 'NATS', open: natsAlone },
  { by: 'SQS and Kafka', open: () => tasksBy(() => sqsCarrier()) },
])('consumers that an operator pauses, by $by', ({ open }) => {
  let carriers: Carriers;
  let database: Awaited<ReturnType<typeof consumerDatabase>>;
  let service: INestApplication;
  let control: ConsumerControl;

  beforeAll(async () => {
    isFailing = true;
    [carriers, database] = await Promise.all([open(), consumerDatabase()]);
    const { prefetch: _, ...brokers } = carriers.settings;
    const topology = { topics: [facts, rumours], queues: [papers, letters] };
    const messaging = MessagingModule.forRoot({
      ...brokers,
      service: 'library',
      database,
      databaseUrl: database.url,
      topology,
      logger: quiet,
    });
    const providers = [PaperHandler, LetterHandler, FactHandler, RumourHandler];
    const library = { module: class {}, imports: [messaging], providers };
    service = await NestFactory.create(library, new FastifyAdapter(), { logger: false });
    await connectMessaging(service);
    await service.init();
    control = service.get(ConsumerControl);
    await untilReady();
  });
  afterAll(async () => {
    await service.close();
    await Promise.all([carriers.close(), database.drop()]);
  });

  const checks = () => service.get(MessagingHealth).healthChecks();
  const untilReady = () => until('it is ready', () => Promise.all(checks().map((check) => check.check())));
  const notes = () => checks().flatMap((check) => check.note?.() ?? []);
  const send = (...messages: OutgoingMessage[]) =>
    database.transaction((tx) => service.get(MessageOutbox).add(tx, ...messages));
  const untilEffect = (what: string) => until(what, async () => (await effects(database)).includes(what));
  const stateOf = (name: string) => control.list().find((source) => source.name === name)?.state;
  const paused = (name: string) => until(`${name} is paused`, () => stateOf(name) === 'paused');
  const gauge = async (source: string) => {
    const { values } = await register.getSingleMetric('waybill_consumer_paused')!.get();
    return values.find(({ labels }) => labels.source === source)?.value;
  };

  it('are listed', () => {
    const names = control.list().map(({ kind, name, state }) => `${kind} ${name} ${state}`);
    const queues = ['letters', 'library.parked', 'papers'].map((name) => `queue ${name} running`);
    expect(names.sort()).toEqual([...queues, 'topic facts running', 'topic rumours running']);
  });

  it.each([
    { source: 'papers', stopped: Paper, other: Letter },
    { source: 'facts', stopped: Fact, other: Rumour },
  ])(
    'take nothing of $source, and all else; after a lost connection too, until they are resumed',
    async ({ source, stopped, other }) => {
      await send(stopped.of({ about: source, what: 'before' }));
      await untilEffect(`${source} before`);
      expect(control.pause(source)).toMatchObject([
        { name: source, consumer: 'library', pausedAt: expect.any(String) },
      ]);
      await paused(source);
      await send(stopped.of({ about: source, what: 'meanwhile' }), other.of({ about: source, what: 'elsewhere' }));
      await untilEffect(`${source} elsewhere`);
      expect(notes()).toEqual([`paused by an operator: ${source}`]);
      expect(await gauge(source)).toBe(1);

      for (const proxy of new Set(Object.values(carriers.proxies))) {
        proxy.cut();
        proxy.restore();
      }
      await send(other.of({ about: source, what: 'reconnected' }));
      await untilEffect(`${source} reconnected`);
      await untilReady();
      expect(await effects(database)).not.toContain(`${source} meanwhile`);
      expect(stateOf(source)).toBe('paused');

      expect(control.resume(source)).toMatchObject([{ name: source, state: 'running', pausedAt: null }]);
      await untilEffect(`${source} meanwhile`);
      await untilReady();
      expect([notes(), await gauge(source)]).toEqual([[], 0]);
    },
  );

  it('retry no event of a paused topic', async () => {
    await send(Fact.of({ about: 'a fact', what: 'fails at first' }));
    const parked = () => database.pool.query("SELECT FROM waybill.parked WHERE topic = 'facts' AND attempts > 0");
    await until('it is parked', async () => (await parked()).rows.length === 1);
    control.pause('facts');
    await paused('facts');
    isFailing = false;
    await database.pool.query('UPDATE waybill.parked SET due = now()');
    await send(Rumour.of({ about: 'a rumour', what: 'fails once' }));
    await untilEffect('a rumour fails once'); // retried, and later than the fact would have been
    expect(await effects(database)).not.toContain('a fact fails at first');
    expect((await parked()).rows).toHaveLength(1);
    control.resume('facts');
    await untilEffect('a fact fails at first');
  });

  it('are paused and resumed all at once by the name of their service; by no other name is anything', async () => {
    expect(control.pause('library')).toHaveLength(5);
    await until('all are paused', () => control.list().every(({ state }) => state === 'paused'));
    await untilReady();
    await send(Paper.of({ about: 'all', what: 'tasks' }), Fact.of({ about: 'all', what: 'events' }));
    expect(control.pause('museum')).toEqual([]);
    expect(control.resume('museum')).toEqual([]);
    expect(control.resume('library')).toHaveLength(5);
    await untilEffect('all tasks');
    await untilEffect('all events');
  });
});
