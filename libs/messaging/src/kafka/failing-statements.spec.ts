import type { Tx } from '@waybill/outbox';
import { uniqueName, until } from '@waybill/testing';
import { z } from 'zod';
import { MessageOutbox } from '../calls/index.js';
import { defineEvent, defineTopic } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import type { Handler } from '../handling/index.js';
import { failureOf, messagingMetrics } from '../outcomes/index.js';
import {
  attemptsOn,
  consumerDatabase,
  dispatchOn,
  effect,
  effects,
  quiet,
  registered,
} from '../test/workbench.fixture.js';
import { EventHandling } from './event-handling.js';
import { ParkedEvents } from './parked-events.js';
import { ParkedHandling } from './parked-handling.js';

const OUTAGES = ['08006', '25006', '53100', '53300', '57014', '57P01', '58030'];
const CONFLICTS = ['40001', '40P01'];
const MALFORMED = ['22021', '22P05', '54000'];
const FORBIDDEN = ['23505'];

/** Every statement about an event that is handled, fails once and is retried. */
const STATEMENTS = {
  inbox: /INTO waybill\.inbox/,
  outbox: /INTO waybill\.outbox/,
  started: /INTO waybill\.started/,
  waiting: /FROM unnest\(\$3::text\[\]\) AS key/,
  park: /INTO waybill\.parked/,
  'claim of a parked event': /FOR UPDATE SKIP LOCKED/,
  'removal of a parked event': /DELETE FROM waybill\.parked/,
};
const OF_THE_EFFECT = ['inbox', 'outbox'] as const;

const topic = defineTopic({ name: 'events' });
const schema = z.object({ about: z.string() });
const Happened = defineEvent({ type: 'test.Happened.v1', topic, subject: ({ about }) => about, schema });
const Followed = defineEvent({ type: 'test.Followed.v1', topic, subject: ({ about }) => about, schema });

type Database = Awaited<ReturnType<typeof consumerDatabase>>;
let database: Database;
let failing: { statement: RegExp; code: string; times: number };
beforeAll(async () => {
  database = await consumerDatabase();
});
afterAll(() => database.drop());

/** As PostgreSQL reports it; the caller rolls back. */
function failingTx(tx: Tx): Tx {
  return {
    query(sql, params) {
      if (!failing.statement.test(sql) || failing.times === 0) return tx.query(sql, params);
      failing.times--;
      return Promise.reject(Object.assign(new Error('Connection lost, 57P01: it says so'), { code: failing.code }));
    },
  };
}

const stopped: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopped.splice(0)) await stop();
});

/** A consumer whose handler fails the first time if `blips`. Resolves with what delivers an event to it. */
function consumer({ blips }: { blips: boolean }) {
  const group = uniqueName('group');
  const stopping = new AbortController();
  const harmed = {
    ...database,
    autocommit: failingTx(database.autocommit),
    transaction: <T>(work: (tx: Tx) => Promise<T>) => database.transaction((tx) => work(failingTx(tx))),
  } as Database;
  const attempts = attemptsOn(harmed, group);
  const outbox = new MessageOutbox({ source: '/test' });
  let isFirst = blips;
  const attemptsSeen: number[] = [];
  const handle: Handler<typeof Happened>['handle'] = async ({ about }, { tx, message }) => {
    attemptsSeen.push(message.attempt);
    await effect(tx, about);
    await outbox.add(tx, Followed.of({ about }));
    if (isFirst) {
      isFirst = false;
      throw new Error('a blip');
    }
  };
  const registrations = registered(Happened, handle);
  const signal = stopping.signal;
  const dispatch = dispatchOn(harmed, { registrations, stopping: signal, attempts });
  const parked = new ParkedEvents(group);
  const persist = async <T>(work: () => Promise<T>): Promise<T> =>
    until('it is persisted', async () => ({ value: await work() })).then(({ value }) => value);
  const metrics = messagingMetrics();
  const shared = {
    group,
    database: harmed,
    parked,
    dispatch,
    attempts,
    persist,
    stopping: signal,
    logger: quiet,
    metrics,
  };
  const parkedHandling = new ParkedHandling(shared);
  const handling = new EventHandling({ ...shared, registrations, parkedHandling });
  const running = parkedHandling.runUntilStopped();
  stopped.push(async () => {
    stopping.abort();
    await running;
    await attempts.close();
  });
  return {
    attemptsSeen,
    async deliver(about: string): Promise<void> {
      const { headers, body, key } = encode(Happened.of({ about }), '/test');
      const place = { topic: topic.name, partition: 0, offset: '0' };
      await handling.handleBatch(topic.name, [
        { place, event: { key, headers, bytes: Buffer.from(body), attempt: 1 } },
      ]);
    },
  };
}

async function outcomeOf(about: string) {
  const rows = async () =>
    (await database.pool.query('SELECT headers FROM waybill.outbox WHERE key = $1', [about])).rows.map(
      ({ headers }: { headers: Record<string, string> }) => failureOf(headers) ?? headers.ce_type,
    );
  return until('it has an outcome', async () => ((await rows()).length > 0 ? await rows() : undefined));
}

const each = <T extends string>(statements: readonly T[], codes: readonly string[]) =>
  statements.flatMap((statement) => codes.map((code) => [statement, code] as const));
const statements = Object.keys(STATEMENTS) as (keyof typeof STATEMENTS)[];

describe('when a statement fails', () => {
  it.each(each(statements, [...OUTAGES, ...CONFLICTS]))(
    '(%s) with %s, the event takes effect once, and it costs no attempt',
    async (statement, code) => {
      const about = `${statement} ${code}`;
      failing = { statement: STATEMENTS[statement], code, times: 2 };
      const { deliver, attemptsSeen } = consumer({ blips: /park/.test(statement) });
      await deliver(about);
      expect(await outcomeOf(about)).toEqual(['test.Followed.v1']);
      expect((await effects(database)).filter((what) => what === about)).toEqual([about]);
      expect(Math.max(...attemptsSeen)).toBe(/park/.test(statement) ? 2 : 1);
      await until('it has failed twice', () => failing.times === 0);
    },
    60_000,
  );

  it.each([
    ...each(OF_THE_EFFECT, MALFORMED).map((one) => [...one, 'malformed'] as const),
    ...each(OF_THE_EFFECT, FORBIDDEN).map((one) => [...one, 'business'] as const),
  ])('(%s) with %s, the event is a dead letter at once: %s', async (statement, code, failure) => {
    const about = `${statement} ${code}`;
    failing = { statement: STATEMENTS[statement], code, times: 1 };
    await consumer({ blips: false }).deliver(about);
    expect(await outcomeOf(about)).toEqual([expect.objectContaining({ class: failure, attempts: 1 })]);
    expect((await effects(database)).filter((what) => what === about)).toEqual([]);
  });

  it.each(MALFORMED)('(started) with %s, the event is handled without a record', async (code) => {
    const about = `started ${code}`;
    failing = { statement: STATEMENTS.started, code, times: Number.POSITIVE_INFINITY };
    await consumer({ blips: false }).deliver(about);
    expect(await outcomeOf(about)).toEqual(['test.Followed.v1']);
  });
});
