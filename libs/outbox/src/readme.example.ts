import {
  migrateLibraries,
  OutboxRelay,
  outboxMigrations,
  PgDatabase,
  PostgresOutbox,
  type Publisher,
} from '@waybill/outbox';
import pg from 'pg';
import { pino } from 'pino';

const connectionString = process.env.DATABASE_URL!;
const database = new PgDatabase(new pg.Pool({ connectionString }));
await migrateLibraries(database.pool, outboxMigrations); // in schema `waybill`; safe to run concurrently
await database.pool.query('CREATE TABLE orders (id text PRIMARY KEY, status text)');

const logger = pino({ level: 'warn' });
const rabbitmq: Publisher = {
  async publish(messages) {
    for (const { destination, body } of messages) console.log(`${destination}: ${Buffer.from(body)}`);
    return messages.map(() => ({ status: 'published' }));
  },
};
const relay = new OutboxRelay({ connectionString, targets: { rabbitmq }, logger });
await relay.start(); // in one process or several

const outbox = new PostgresOutbox();
const shipOrder = (orderId: string) => ({
  id: crypto.randomUUID(),
  target: 'rabbitmq',
  destination: 'inventory.ship',
  key: orderId, // messages of a key leave in order
  headers: {},
  body: Buffer.from(JSON.stringify({ orderId })),
});

await database.transaction(async (tx) => {
  await tx.query('INSERT INTO orders VALUES ($1, $2)', ['o1', 'PAID']);
  await outbox.add(tx, shipOrder('o1')); // one round trip for any number
});

process.once('SIGTERM', async () => {
  await relay.stop(); // waits for the batch in flight
  await database.pool.end();
});
