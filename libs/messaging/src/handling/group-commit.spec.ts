import { PostgresInbox } from '@waybill/idempotency';
import type { Tx } from '@waybill/outbox';
import { until } from '@waybill/testing';
import { z } from 'zod';
import { MessageOutbox } from '../calls/index.js';
import { defineQueue, defineTask } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { fromDelivery, toRabbit } from '../rabbitmq/index.js';
import { consumerDatabase, effect, effects, registered } from '../test/workbench.fixture.js';
import { decode } from './decode.middleware.js';
import type { HandlerOptions } from './handler.js';
import { pipeline } from './pipeline.js';
import { inTransaction } from './transaction.middleware.js';

const TestTask = defineTask({
  type: 'test.TestTask.v1',
  queue: defineQueue({ name: 'tasks' }),
  subject: ({ what }) => what,
  schema: z.object({ what: z.string() }),
});

let database: Awaited<ReturnType<typeof consumerDatabase>>;
let transactions: number;
/** Handlers that run concurrently in one transaction. */
let running: Map<Tx, number>;
let maxRunning: number;
let handlerOptions: HandlerOptions;
let deliver: (what: string, id?: string) => Promise<void>;

beforeAll(async () => {
  database = await consumerDatabase();
});
beforeEach(async () => {
  await database.pool.query('TRUNCATE effects');
  transactions = 0;
  running = new Map();
  maxRunning = 0;
  const handle = pipeline(
    decode,
    inTransaction({
      database: {
        transaction(work) {
          transactions++;
          return database.transaction(work);
        },
      },
      groupCommit: 50,
      inbox: new PostgresInbox(),
      outbox: new MessageOutbox({ source: '/test' }),
      consumer: 'test',
    }),
  );
  handlerOptions = {};
  const registration = registered(TestTask, async ({ what }, { tx }) => {
    const change = (by: number) => {
      const now = (running.get(tx) ?? 0) + by;
      running.set(tx, now);
      maxRunning = Math.max(maxRunning, now);
    };
    change(+1);
    await effect(tx, what);
    if (what.startsWith('concurrent')) await until('the others are running', () => maxRunning === 3);
    change(-1);
    if (what === 'failing') throw new Error('a blip');
  }).get(TestTask.type)!;
  deliver = (what, id = crypto.randomUUID()) => {
    const sent = encode({ contract: TestTask, body: { what }, id }, '/test');
    const message = fromDelivery({ ...toRabbit(sent), redelivered: false }, 'tasks');
    return handle({
      message,
      registration: { ...registration, options: handlerOptions },
      signal: new AbortController().signal,
    });
  };
});
afterAll(() => database.drop());

const names = (count: number) => Array.from({ length: count }, (_, n) => `effect ${n}`);

describe('handlers that share a transaction', () => {
  it('commit in groups, and each takes effect', async () => {
    await Promise.all(names(100).map((what) => deliver(what)));
    expect((await effects(database)).toSorted()).toEqual(names(100).toSorted());
    expect(transactions).toBeLessThan(20);
  });

  it('run one after the other', async () => {
    await Promise.all(names(20).map((what) => deliver(what)));
    expect(transactions).toBeLessThan(20);
    expect(maxRunning).toBe(1);
  });

  it('run concurrently when they are declared `concurrent`', async () => {
    handlerOptions = { concurrent: true };
    await Promise.all(['concurrent 1', 'concurrent 2', 'concurrent 3'].map((what) => deliver(what)));
    expect(transactions).toBe(1);
  });

  it('handle a redelivered message once, in the same group and later', async () => {
    await Promise.all([deliver('twice', 'm1'), deliver('twice', 'm1'), deliver('other')]);
    await deliver('twice', 'm1');
    expect((await effects(database)).toSorted()).toEqual(['other', 'twice']);
  });

  it('fail individually: a message that fails is not marked as consumed, the others are', async () => {
    const outcomes = await Promise.allSettled(['a', 'failing', 'b'].map((what) => deliver(what, what)));
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await effects(database)).toSorted()).toEqual(['a', 'b']);
    const { rows } = await database.pool.query<{ message_id: string }>(
      "SELECT message_id FROM waybill.inbox WHERE message_id IN ('tasks /test a', 'tasks /test failing', 'tasks /test b') ORDER BY 1",
    );
    expect(rows.map(({ message_id }) => message_id)).toEqual(['tasks /test a', 'tasks /test b']);
  });

  it('wait for another process that handles the same message, and skip it then', async () => {
    const other = await database.pool.connect();
    await other.query('BEGIN');
    await new PostgresInbox().firstTimes(other as never, 'test', ['tasks /test shared']);
    const delivered = Promise.all([deliver('shared', 'shared'), deliver('c')]);
    await until('it waits', async () => {
      const { rowCount } = await database.pool.query(
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
      );
      return rowCount === 1;
    });
    await other.query('COMMIT');
    other.release();
    await delivered;
    expect(await effects(database)).toEqual(['c']);
  });
});
