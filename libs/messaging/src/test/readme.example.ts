import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { idempotencyMigrations } from '@waybill/idempotency';
import { type Handler, type HandlerContext, MessageOutbox, messagingMigrations } from '@waybill/messaging';
import { type BodyOf, defineEvent, defineQueue, defineTask, defineTopic } from '@waybill/messaging/contract';
import { connectMessaging, Handles, MessagingModule } from '@waybill/messaging/nest';
import { migrateLibraries, outboxMigrations, PgDatabase } from '@waybill/outbox';
import pg from 'pg';
import { pino } from 'pino';
import { z } from 'zod';

const shopEvents = defineTopic({ name: 'shop.events' });
const OrderPlaced = defineEvent({
  type: 'shop.OrderPlaced.v1',
  topic: shopEvents,
  subject: ({ orderId }) => orderId, // also the key: one order's events stay in order
  schema: z.object({ orderId: z.string() }),
});
type OrderPlaced = BodyOf<typeof OrderPlaced>;

const mail = defineQueue({ name: 'shop.mail' });
const ThankCustomer = defineTask({
  type: 'shop.ThankCustomer.v1',
  queue: mail,
  subject: ({ orderId }) => orderId,
  schema: z.object({ orderId: z.string() }),
});
type ThankCustomer = BodyOf<typeof ThankCustomer>;

@Handles(OrderPlaced)
class OrderPlacedHandler implements Handler<typeof OrderPlaced> {
  async handle({ orderId }: OrderPlaced, { tx, outbox }: HandlerContext) {
    await tx.query('INSERT INTO seen VALUES ($1)', [orderId]);
    await outbox.add(tx, ThankCustomer.of({ orderId })); // leaves if and only if tx commits
  }
}

@Handles(ThankCustomer)
class ThankCustomerHandler implements Handler<typeof ThankCustomer> {
  async handle({ orderId }: ThankCustomer) {
    console.log(`thank you for ${orderId}`);
  }
}

const databaseUrl = process.env.DATABASE_URL!;
const database = new PgDatabase(new pg.Pool({ connectionString: databaseUrl }));
await migrateLibraries(database.pool, outboxMigrations, idempotencyMigrations, messagingMigrations);
await database.pool.query('CREATE TABLE seen (order_id text)');

@Module({
  imports: [
    MessagingModule.forRoot({
      service: 'shop',
      database,
      databaseUrl,
      rabbitmqUrl: process.env.RABBITMQ_URL!,
      kafkaBrokers: process.env.KAFKA_BROKERS!.split(','),
      topology: { topics: [shopEvents], queues: [mail] },
      logger: pino({ level: 'warn' }),
    }),
  ],
  providers: [OrderPlacedHandler, ThankCustomerHandler],
})
class ShopModule {}

const app = await NestFactory.create(ShopModule, new FastifyAdapter(), { logger: ['error'] });
app.enableShutdownHooks(); // stops consuming, finishes what is in flight
await connectMessaging(app);
await app.listen(process.env.PORT ?? 3000);

await database.transaction((tx) => app.get(MessageOutbox).add(tx, OrderPlaced.of({ orderId: 'o1' })));
