import { setTimeout as pause } from 'node:timers/promises';
import { pgTx, type Tx } from '@waybill/outbox';
import { transaction, until } from '@waybill/testing';
import pg from 'pg';
import { z } from 'zod';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox } from '../calls/index.js';
import { type BodyOf, defineEvent, defineQueue, defineTask, defineTopic } from '../contract/index.js';
import type { HandlerContext } from '../handling/index.js';
import type { HandlerRegistry } from '../nest/handler-registry.js';
import { ConsumerPauses, KafkaTransport, type MessagingOptions, RabbitTransport } from '../nest/index.js';
import { BusinessRejection } from '../outcomes/index.js';
import { effect, quiet, registered } from './workbench.fixture.js';

/** Name of the service and group. */
export const SERVICE = 'harness';
export const tasks = defineQueue({ name: 'harness.tasks' });
export const events = defineTopic({ name: 'harness.events', partitions: 3 });
export const topology = { topics: [events], queues: [tasks] };

/** What the handler does after its effect. */
const behaviours = z.enum([
  'succeed',
  'reject',
  'fail',
  'fail twice',
  'exit',
  'kill',
  'unhandled rejection',
  'hang',
  'hang after commit',
]);

const schema = z.object({
  about: z.string(),
  what: z.string(),
  behaviour: behaviours.default('succeed'),
  /** How long it takes, in ms. */
  takes: z.number().default(0),
  /** Makes the message large. */
  padding: z.string().optional(),
});
const subject = ({ about }: z.output<typeof schema>) => about;

export const TestTask = defineTask({ type: 'test.TestTask.v1', queue: tasks, subject, schema });
export const TestEvent = defineEvent({ type: 'test.TestEvent.v1', topic: events, subject, schema });

export type TestMessage = BodyOf<typeof TestTask>;

export interface ConsumerSettings {
  databaseUrl: string;
  rabbitmqUrl?: string;
  sqs?: MessagingOptions['sqs'];
  kafkaBrokers?: string[];
  kafkaTopicPrefix?: string;
  kafkaClient?: MessagingOptions['kafkaClient'];
  natsUrl?: string;
  prefetch: number;
  /** Default `SERVICE`. */
  service?: string;
}

export interface Listener {
  started(what: string): void;
  committed(what: string): void;
}

/** A service as the module wires it, without Nest: the handler of both contracts does what the message says. */
export async function startConsumer(settings: ConsumerSettings, listener: Listener) {
  const { prefetch, service = SERVICE, ...brokers } = settings;
  const { databaseUrl } = settings;
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 40 });
  pool.on('error', () => {});
  const hanging = new Set<string>();
  const handle = async (body: TestMessage, { tx, message }: HandlerContext) => {
    const name = `${body.about} ${body.what}`;
    listener.started(name);
    await effect(tx, name);
    if (body.takes) await pause(body.takes);
    await perform(body, message.attempt);
    if (body.behaviour === 'hang after commit') hanging.add(name);
  };
  const database = {
    pool,
    autocommit: pgTx(pool as never),
    async transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
      const result = await transaction(pool, (client) => work(pgTx(client)));
      for (const name of hanging) {
        listener.committed(name);
        await new Promise(() => {});
      }
      return result;
    },
  };
  const options = {
    ...brokers,
    service,
    database,
    topology,
    logger: process.env.CONSUMER_LOG ? shown : quiet,
    prefetch: { [tasks.name]: prefetch },
  };
  const registrations = { topic: registered(TestEvent, handle), queue: registered(TestTask, handle) };
  const registry = { of: (kind: 'topic' | 'queue') => new Map(registrations[kind]) } as HandlerRegistry;
  const outbox = new MessageOutbox({ source: '/test' });
  const attempts = new StartedAttempts({ database, consumer: service, logger: quiet });
  const isolation = new Isolation();
  const pauses = new ConsumerPauses(options);
  const transports = [
    new KafkaTransport(options, registry, outbox, attempts, isolation, pauses),
    new RabbitTransport(options, registry, outbox, attempts, isolation, pauses),
  ];
  for (const transport of transports) transport.listen(() => {});
  const isReady = async () => {
    for (const transport of transports) await transport.check();
    return true;
  };
  await until('the consumer is ready', isReady);
  return {
    async close() {
      await Promise.all(transports.map((transport) => transport.close()));
      await Promise.all(transports.map((transport) => transport.onApplicationShutdown()));
      await pool.end();
    },
  };
}

async function perform({ behaviour }: TestMessage, attempt: number): Promise<void> {
  const never = () => new Promise<never>(() => {});
  if (behaviour === 'reject') throw new BusinessRejection('never');
  if (behaviour === 'fail' || (behaviour === 'fail twice' && attempt !== 3)) throw new Error('it does not work');
  if (behaviour === 'exit') process.exit(1);
  if (behaviour === 'kill') process.kill(process.pid, 'SIGKILL');
  if (behaviour === 'unhandled rejection') void Promise.reject(new Error('not caught'));
  if (['kill', 'unhandled rejection', 'hang'].includes(behaviour)) await never();
}

const show = (fields: object, message: string) => {
  const { err } = fields as { err?: Error };
  process.stderr.write(`${process.pid} ${message} ${err ? err.message : JSON.stringify(fields)}\n`);
};
const shown = { debug() {}, info: show, warn: show, error: show };
