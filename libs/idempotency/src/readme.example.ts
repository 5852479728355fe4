import {
  callerOf,
  fingerprintOf,
  idempotencyMigrations,
  PostgresIdempotencyKeys,
  PostgresInbox,
  parseIdempotencyKey,
} from '@waybill/idempotency';
import { migrateLibraries, PgDatabase } from '@waybill/outbox';
import pg from 'pg';

const database = new PgDatabase(new pg.Pool({ connectionString: process.env.DATABASE_URL }));
await migrateLibraries(database.pool, idempotencyMigrations); // in schema `waybill`; safe to run concurrently
await database.pool.query('CREATE TABLE orders (id serial, item text); CREATE TABLE reservations (item text)');

const keys = new PostgresIdempotencyKeys();

/** What the controller of `POST /orders` does. */
async function respond(headers: Record<string, string>, body: { item: string }) {
  const key = parseIdempotencyKey(headers['idempotency-key']); // throws MalformedIdempotencyKey: 400
  const scope = `POST /orders ${callerOf(headers.authorization)}`; // a hash, never the credential
  const fingerprint = fingerprintOf({ method: 'POST', path: '/orders', body }); // after validation
  return keys.once(database, { scope, key, fingerprint }, async (tx) => {
    const { rows } = await tx.query<{ id: number }>('INSERT INTO orders (item) VALUES ($1) RETURNING id', [body.item]);
    return { status: 202, headers: { location: `/orders/${rows[0]!.id}` }, body: Buffer.from('{}') };
  });
}

for (const request of ['first request', 'its retry']) {
  const { status, headers, replayed } = await respond({ 'idempotency-key': 'k1' }, { item: 'Emma' });
  console.log(`${request}: ${status} ${headers.location}${replayed ? ', Idempotency-Replayed: true' : ''}`);
}

const inbox = new PostgresInbox();

/** What the consumer of a queue does. */
async function receive(message: { id: string; item: string }) {
  return database.transaction(async (tx) => {
    if (!(await inbox.firstTime(tx, { consumer: 'inventory', messageId: message.id }))) return 'skipped';
    await tx.query('INSERT INTO reservations VALUES ($1)', [message.item]);
    return 'reserved';
  });
}

for (const delivery of ['first delivery', 'redelivery'])
  console.log(`${delivery}: ${await receive({ id: 'm1', item: 'Emma' })}`);

await database.pool.end();
