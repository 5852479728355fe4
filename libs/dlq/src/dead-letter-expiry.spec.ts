import type { Tx } from '@waybill/outbox';
import { until } from '@waybill/testing';
import { DeadLetterExpiry, type DeadLetterExpiryOptions } from './dead-letter-expiry.js';
import { DeadLetterStore } from './dead-letter-store.js';
import { aDeadLetter, collect, type DeadLetterHarness, deadLetterDatabase, quiet } from './dead-letters.fixture.js';
import { Review } from './review.js';

const DAY = 24 * 60 * 60 * 1_000;
const review = new Review();
let database: DeadLetterHarness;
beforeEach(async () => {
  database = await deadLetterDatabase();
});
afterEach(() => database.drop());

const expiryWith = (options: Partial<DeadLetterExpiryOptions> = {}) =>
  new DeadLetterExpiry({ database: database.autocommit, logger: quiet, ...options });

/** Stores dead letters that were resolved so many days ago, resubmitted and discarded in turn. */
async function collectResolved(messageIds: string[], days: number): Promise<string[]> {
  const ids = await collect(database, ...messageIds.map((messageId) => aDeadLetter({ messageId })));
  for (const [n, id] of ids.entries()) {
    await database.transaction((tx) =>
      n % 2 ? review.discard(tx, id, { by: 'ada', reason: 'spam' }) : review.resubmit(tx, id, { by: 'ada' }),
    );
  }
  await database.pool.query(
    `UPDATE waybill.dead_letters SET resolved_at = resolved_at - $2 * interval '1 day' WHERE id = ANY ($1)`,
    [ids, days],
  );
  return ids;
}

const named = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name} ${n}`);
async function remaining(): Promise<string[]> {
  const { rows } = await database.pool.query('SELECT message_id FROM waybill.dead_letters ORDER BY message_id');
  return rows.map(({ message_id }) => message_id);
}
async function remainingHistory(): Promise<number> {
  const { rows } = await database.pool.query('SELECT count(*)::int AS count FROM waybill.dead_letter_history');
  return rows[0].count;
}

describe('the expiry of dead letters', () => {
  it('deletes what was resolved over 90 days ago, with its history, and nothing else', async () => {
    await collectResolved(named('old', 4), 91);
    await collectResolved(named('young', 2), 89);
    await collect(database, aDeadLetter({ messageId: 'waits', failedAt: '2001-01-01T00:00:00.000Z' }));

    expect(await expiryWith().expire()).toBe(4);
    expect(await remaining()).toEqual(['waits', 'young 0', 'young 1']);
    // Each has its failure, the young ones also their resolution.
    expect(await remainingHistory()).toBe(5);
    expect(await expiryWith().expire()).toBe(0);
  });

  it('keeps what is waiting, however short the retention', async () => {
    await collectResolved(['resolved'], 1);
    await collect(database, aDeadLetter({ messageId: 'waits' }));
    expect(await expiryWith({ retention: 0 }).expire()).toBe(1);
    expect(await remaining()).toEqual(['waits']);
  });

  it('keeps what was resolved long ago and has failed again since', async () => {
    await collectResolved(['boomerang'], 400);
    await collect(database, aDeadLetter({ messageId: 'boomerang', failedAt: '2026-02-02T00:00:00.000Z' }));
    expect(await expiryWith({ retention: 30 * DAY }).expire()).toBe(0);
    expect(await remaining()).toEqual(['boomerang']);
  });

  it('deletes in batches, which concurrent processes share', async () => {
    await collectResolved(named('old', 10), 100);
    const batches: number[] = [];
    const counting: Tx = {
      async query(sql, params) {
        const result = await database.autocommit.query<never>(sql, params);
        batches.push(result.rowCount);
        return result;
      },
    };
    const expiries = [1, 2].map(() => expiryWith({ database: counting, batchSize: 3 }));
    const deleted = await Promise.all(expiries.map((expiry) => expiry.expire()));
    expect(deleted[0]! + deleted[1]!).toBe(10);
    expect(Math.max(...batches)).toBe(3);
    expect(await remaining()).toEqual([]);
  });

  it('ends after the current batch when the process stops', async () => {
    await collectResolved(named('old', 4), 100);
    let stopped: Promise<void> | undefined;
    const expiry = expiryWith({
      batchSize: 1,
      database: {
        async query(sql, params) {
          stopped ??= expiry.stop();
          return database.autocommit.query<never>(sql, params);
        },
      },
    });
    expiry.start();
    await until('it is stopped', () => stopped !== undefined);
    await stopped;
    expect(await remaining()).toHaveLength(3);
  });

  it('runs from the start, logs how many it deleted, and retries after the database was unavailable', async () => {
    await collectResolved(named('old', 3), 100);
    const log: [string, object][] = [];
    let isUnavailable = true;
    const expiry = expiryWith({
      interval: 20,
      logger: {
        ...quiet,
        info: (fields) => log.push(['info', fields]),
        warn: (fields) => log.push(['warn', fields]),
      },
      database: {
        async query(sql, params) {
          if (isUnavailable) throw new Error('the database is unavailable');
          return database.autocommit.query<never>(sql, params);
        },
      },
    });
    expiry.start();
    try {
      await until('it has failed', () => log.length > 0);
      isUnavailable = false;
      await until('all are deleted', async () => (await remaining()).length === 0);
      await collectResolved(['another'], 100);
      await until('the other one is deleted too', async () => (await remaining()).length === 0);
    } finally {
      await expiry.stop();
    }
    expect(log.filter(([level]) => level === 'info')).toEqual([
      ['info', { deleted: 3 }],
      ['info', { deleted: 1 }],
    ]);
  });
});

describe('a message whose dead letter has expired', () => {
  it('is new when it fails again, even while the expiry is deleting it', async () => {
    const [id] = await collectResolved(['late'], 100);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
    const expiring = database.transaction(async (tx) => {
      await tx.query('SELECT id FROM waybill.dead_letters WHERE id = $1 FOR UPDATE', [id]);
      lock();
      await released;
      await tx.query('DELETE FROM waybill.dead_letters WHERE id = $1', [id]);
    });
    await locked;
    const again = aDeadLetter({ messageId: 'late', failedAt: '2026-03-03T00:00:00.000Z' });
    const collected = database.transaction((tx) => new DeadLetterStore().collect(tx, again));
    await until('it waits for the row', async () => {
      const { rows } = await database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length === 1;
    });
    release();
    await expiring;
    expect(await collected).toBe('new');
    expect(await remaining()).toEqual(['late']);
  });
});
