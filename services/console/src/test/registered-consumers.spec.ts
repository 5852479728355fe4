import { randomUUID } from 'node:crypto';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { idempotencyMigrations } from '@waybill/idempotency';
import { BusinessRejection, messagingMigrations } from '@waybill/messaging';
import { defineEvent, defineQueue, defineTask, defineTopic } from '@waybill/messaging/contract';
import { connectMessaging, Handles, MessagingModule } from '@waybill/messaging/nest';
import { migrateLibraries, outboxMigrations, PgDatabase } from '@waybill/outbox';
import { createLogger } from '@waybill/platform';
import { backingServices, type FreshDatabase, freshDatabase, until } from '@waybill/testing';
import { z } from 'zod';
import { type Console, callApi, deadLetterOf, startConsole } from './console.fixture.js';

const definition = { subject: () => 'parcel-1', schema: z.object({ parcel: z.number() }) };
const scales = defineQueue({ name: 'parcels.weigh' });
const Weigh = defineTask({ type: 'parcels.Weigh.v1', queue: scales, ...definition });
const depot = defineTopic({ name: 'depot.events', partitions: 1 });
const ParcelArrived = defineEvent({ type: 'depot.ParcelArrived.v1', topic: depot, ...definition });

@Handles(Weigh)
class WeighHandler {
  async handle(): Promise<void> {
    throw new BusinessRejection('the scales are broken');
  }
}

@Handles(ParcelArrived)
class ParcelArrivedHandler {
  async handle(): Promise<void> {
    throw new BusinessRejection('no such depot');
  }
}

@Module({ providers: [WeighHandler, ParcelArrivedHandler] })
class ParcelsModule {}

/** An application that the console's list of consumers lacks, on the console's brokers. */
async function startParcels(console: Console, database: FreshDatabase) {
  await migrateLibraries(database.pool, outboxMigrations, idempotencyMigrations, messagingMigrations);
  const messaging = MessagingModule.forRoot({
    service: 'parcels',
    database: new PgDatabase(database.pool),
    databaseUrl: database.url,
    rabbitmqUrl: console.settings.RABBITMQ_URL,
    kafkaBrokers: [backingServices().kafka],
    kafkaTopicPrefix: console.settings.KAFKA_TOPIC_PREFIX,
    topology: { topics: [depot], queues: [scales] },
    registerWithConsole: true,
    logger: createLogger({ service: 'parcels', level: 'silent' }),
  });
  const module = { module: ParcelsModule, imports: [messaging] };
  const app = await NestFactory.create(module, new FastifyAdapter(), { logger: false });
  await connectMessaging(app);
  return app.init();
}

let console: Console;
let database: FreshDatabase;
let parcels: Awaited<ReturnType<typeof startParcels>>;
beforeAll(async () => {
  [console, database] = await Promise.all([startConsole(), freshDatabase()]);
  parcels = await startParcels(console, database);
});
afterAll(async () => {
  await parcels.close();
  await Promise.all([console.stop(), database.drop()]);
});

describe('a service that registers with the console', () => {
  it('has the dead letters of its queues shown', async () => {
    const weigh = { ...Weigh, destination: { name: 'parcels.weigh' } };
    await until('the queue is there', async () => (await console.rabbit.waiting('parcels.weigh')) === 0);
    const id = await console.rabbit.send(weigh, { parcel: 1 });
    const shown = await deadLetterOf(console, id);
    expect(shown).toMatchObject({ source: 'parcels.weigh', consumer: 'parcels', error: 'the scales are broken' });
  });

  it('has the dead letters of its topics shown, and gets them back when they are resubmitted', async () => {
    const arrived = { ...ParcelArrived, destination: { name: 'depot.events' } };
    const id = await until('the topic is there', () =>
      console.kafka.publish(arrived, { parcel: 1 }).catch(() => false),
    );
    const { id: deadLetter, ...shown } = await deadLetterOf(console, id as string);
    expect(shown).toMatchObject({ source: 'depot.events', consumer: 'parcels', error: 'no such depot' });

    await callApi(console, 'POST', `/dead-letters/${deadLetter}/resubmit`);
    const again = await deadLetterOf(console, id as string);
    expect(again.history.map(({ event }) => event)).toEqual(['failed', 'resubmitted', 'failed']);
  });

  it('stays known: registering again, with less, forgets nothing', async () => {
    const registration = { consumer: 'parcels', queues: ['parcels.pack'], topics: [] };
    await register(console, registration);
    const known = () =>
      console.database.pool.query('SELECT consumer, queues, topics FROM waybill.dead_letter_consumers');
    const rows = await until('both queues are known', async () => {
      const { rows: stored } = await known();
      return stored[0]?.queues.length === 2 && stored;
    });
    expect(rows).toEqual([
      { consumer: 'parcels', queues: ['parcels.pack', 'parcels.weigh'], topics: ['depot.events'] },
    ]);
  });
});

describe('a registration that cannot be read', () => {
  it.each([
    ['an illegal name', { consumer: 'a service', queues: [], topics: [] }],
    ['a missing list', { consumer: 'parcels' }],
  ])('with %s is a dead letter of the console, and those behind it are read', async (_, body) => {
    const id = await register(console, body);
    expect(await deadLetterOf(console, id)).toMatchObject({
      source: 'console.register-consumer',
      consumer: 'console',
      class: 'malformed',
    });
    const consumer = `later-${randomUUID()}`;
    await register(console, { consumer, queues: [], topics: [] });
    await until('the next one is known', async () => {
      const sql = 'SELECT FROM waybill.dead_letter_consumers WHERE consumer = $1';
      return (await console.database.pool.query(sql, [consumer])).rowCount;
    });
  });
});

const register = (to: Console, body: object) =>
  to.rabbit.send(
    {
      type: 'waybill.RegisterConsumer.v1',
      destination: { name: 'console.register-consumer' },
      subjectOf: () => 'parcels',
    },
    body,
  );
