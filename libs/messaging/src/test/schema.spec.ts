import { idempotencyMigrations } from '@waybill/idempotency';
import { migrateLibraries, outboxMigrations, PostgresOutbox, pgTx, type Tx } from '@waybill/outbox';
import { type FreshDatabase, freshDatabase, transaction } from '@waybill/testing';
import { StartedAttempts } from '../attempts/index.js';
import { CallbackRequests, MessageOutbox } from '../calls/index.js';
import { ClaimCheck, ClaimCleanUp } from '../claim-check/index.js';
import type { HandlerContext } from '../handling/index.js';
import { ParkedEvents, ReleaseParkedHandler } from '../kafka/index.js';
import { messagingMigrations } from '../migrations.js';
import { PickUp } from './patterns.example.js';
import { quiet } from './workbench.fixture.js';

const schema = 'tenant';
const place = { topic: 'parcels', partition: 0, offset: '7' };
const event = { identity: 'parcels /shop event-1', key: 'parcel-1', headers: {}, bytes: Buffer.from('{}'), attempt: 1 };

/** It has no schema `waybill`: a statement that forgets the option fails. */
let database: FreshDatabase & { autocommit: Tx; transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> };
beforeAll(async () => {
  const fresh = await freshDatabase();
  const migrations = [outboxMigrations, idempotencyMigrations, messagingMigrations];
  await migrateLibraries(fresh.pool, ...migrations.map((library) => ({ ...library, schema })));
  database = {
    ...fresh,
    autocommit: pgTx(fresh.pool as never),
    transaction: (work) => transaction(fresh.pool, (client) => work(pgTx(client))),
  };
});
afterAll(() => database.drop());

const rowsOf = async (table: string) => (await database.pool.query(`SELECT * FROM ${schema}.${table}`)).rowCount;

describe('in another schema', () => {
  it('an event is parked, dead-lettered and discarded', async () => {
    const parked = new ParkedEvents('mailer', schema);
    await database.transaction((tx) => parked.park(tx, place, event, { kind: 'dead-lettered' }));
    expect(await parked.depth(database.autocommit)).toEqual(
      new Map([['parcels', expect.objectContaining({ events: 1, keys: 1 })]]),
    );

    const release = {
      source: 'parcels',
      eventSource: '/shop',
      messageId: 'event-1',
      key: 'parcel-1',
      action: 'discard' as const,
      by: 'ada',
    };
    const handler = new ReleaseParkedHandler('mailer', quiet, schema);
    await database.transaction((tx) => handler.handle(release, { tx } as HandlerContext));
    expect(await rowsOf('parked')).toBe(0);
    expect(await rowsOf('inbox')).toBe(1);
  });

  it('messages in flight are recorded', async () => {
    const attempts = new StartedAttempts({ database, consumer: 'mailer', schema, logger: quiet });
    await attempts.begin(['event-2']);
    expect(await rowsOf('started')).toBe(1);
    await attempts.close();
    expect(await rowsOf('started')).toBe(0);
  });

  it('a large body is stored, and removed when its transaction rolls back', async () => {
    const objects = new Map<string, Buffer>();
    const store = {
      url: 'memory:/',
      put: async (key: string, bytes: Uint8Array) => void objects.set(key, Buffer.from(bytes)),
      get: async (key: string) => objects.get(key),
      delete: async (key: string) => void objects.delete(key),
    };
    const claimCheck = new ClaimCheck({ store, database: database.autocommit, threshold: 1, schema });
    const outbox = new MessageOutbox({ source: '/depot', outbox: new PostgresOutbox({ schema }), claimCheck });
    const rollback = database.transaction(async (tx) => {
      await outbox.add(tx, PickUp.of({ parcelId: 'parcel-1' }));
      throw new Error('changed my mind');
    });
    await expect(rollback).rejects.toThrow('changed my mind');
    expect(objects.size).toBe(1);
    await new ClaimCleanUp({ store, database, logger: quiet, grace: 0, schema }).clean();
    expect([objects.size, await rowsOf('claims')]).toEqual([0, 0]);
  });

  it('a request with a callback times out', async () => {
    const timedOut: object[] = [];
    const requests = new CallbackRequests<typeof PickUp.schema, never, object>({
      database,
      outbox: new MessageOutbox({ source: '/depot', outbox: new PostgresOutbox({ schema }) }),
      task: PickUp as never,
      onReply: async () => {},
      onTimeout: async (about) => void timedOut.push(about),
      logger: quiet,
      schema,
    });
    await database.transaction((tx) =>
      requests.request(tx, { parcelId: 'p' }, { timeout: -1, about: { parcel: 'p' } }),
    );
    await requests.expire();
    expect(timedOut).toEqual([{ parcel: 'p' }]);
  });
});
