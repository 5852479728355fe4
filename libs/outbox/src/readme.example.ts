import type pg from 'pg';
import {
  type Logger,
  migrateLibraries,
  type Outbox,
  type OutboxMessage,
  OutboxRelay,
  outboxMigrations,
  type Publisher,
  type TransactionRunner,
} from './index.js';

/** The README's example, verbatim: a test compares them, and runs this one. */

interface Deps {
  pool: pg.Pool;
  connectionString: string;
  kafka: Publisher;
  rabbitmq: Publisher;
  logger: Logger;
}

// README: a change and its messages
async function pay(db: TransactionRunner, outbox: Outbox, orderId: string) {
  await db.transaction(async (tx) => {
    await tx.query('UPDATE orders SET status = $2 WHERE id = $1', [orderId, 'PAID']);
    await outbox.add(tx, orderPaid(orderId), shipOrder(orderId)); // one round trip for any number
  });
}
// end

// README: the relay
async function startRelay({ pool, connectionString, kafka, rabbitmq, logger }: Deps) {
  await migrateLibraries(pool, outboxMigrations); // in schema `waybill`; safe to run concurrently
  const relay = new OutboxRelay({ connectionString, targets: { kafka, rabbitmq }, logger });
  await relay.start(); // in one process or several
  return relay;
}

// end

export { pay, startRelay };

const about = (orderId: string, place: { target: string; destination: string }): OutboxMessage => ({
  ...place,
  id: crypto.randomUUID(),
  key: orderId,
  headers: {},
  body: Buffer.from(JSON.stringify({ orderId })),
});

const orderPaid = (orderId: string) => about(orderId, { target: 'kafka', destination: 'orders.events' });
const shipOrder = (orderId: string) => about(orderId, { target: 'rabbitmq', destination: 'inventory.ship' });
