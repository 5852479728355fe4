import { idempotencyMigrations, PostgresInbox } from '@waybill/idempotency';
import { migrateLibraries, outboxMigrations, pgTx, type TransactionRunner, type Tx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase, transaction } from '@waybill/testing';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox } from '../calls/index.js';
import { type Contract, readableTypes } from '../contract/index.js';
import {
  dispatchTo,
  type Handler,
  type HandlerOptions,
  handlerPipeline,
  type Registration,
} from '../handling/index.js';
import { messagingMigrations } from '../migrations.js';
import { messagingMetrics } from '../outcomes/index.js';

/** Logs nothing; a failing test shows the outcome. */
export const quiet = { debug() {}, info() {}, warn() {}, error() {} };

export const CONSUMER = 'workbench';

export type ConsumerDatabase = FreshDatabase & TransactionRunner & { autocommit: Tx };

/** A consumer's database with the tables of the libraries and one of its own, in which effects are seen. */
export async function consumerDatabase(): Promise<ConsumerDatabase> {
  const database = await freshDatabase();
  const client = await database.pool.connect();
  await migrateLibraries(client, outboxMigrations, idempotencyMigrations, messagingMigrations);
  await client.query(
    'CREATE TABLE effects (place bigserial PRIMARY KEY, what text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp())',
  );
  client.release();
  return {
    ...database,
    transaction: (work) => transaction(database.pool, (client) => work(pgTx(client))),
    autocommit: pgTx(database.pool as never),
  };
}

/** Writes an effect that is seen if and only if the transaction committed. */
export async function effect(tx: Tx, what: string): Promise<void> {
  await tx.query('INSERT INTO effects (what) VALUES ($1)', [what]);
}

export async function effects(database: FreshDatabase): Promise<string[]> {
  const { rows } = await database.pool.query<{ what: string }>('SELECT what FROM effects ORDER BY place');
  return rows.map(({ what }) => what);
}

/** The registration of a handler for every version that its contract reads. */
export function registered<C extends Contract>(
  contract: C,
  handle: Handler<C>['handle'],
  options: HandlerOptions = {},
): Map<string, Registration> {
  const registration = { contract, options, handler: { handle } as Handler<Contract> };
  return new Map(readableTypes(contract).map((type) => [type, registration]));
}

export const attemptsOn = (database: Pick<ConsumerDatabase, 'pool' | 'autocommit'>, consumer = CONSUMER) =>
  new StartedAttempts({ database, consumer, logger: quiet });

/** As a transport wires it. */
export function dispatchOn(
  database: ConsumerDatabase,
  {
    registrations,
    stopping,
    attempts = attemptsOn(database),
  }: { registrations: ReadonlyMap<string, Registration>; stopping: AbortSignal; attempts?: StartedAttempts },
) {
  const metrics = messagingMetrics();
  const handle = handlerPipeline({
    database,
    inbox: new PostgresInbox(),
    outbox: new MessageOutbox({ source: '/test' }),
    consumer: CONSUMER,
    attempts,
    isolation: new Isolation(),
    stopping,
    metrics,
    logger: quiet,
  });
  return dispatchTo({ consumer: 'test', registrations, handle, stopping, metrics, logger: quiet });
}
