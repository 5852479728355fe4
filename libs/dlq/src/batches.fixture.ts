import { until } from '@waybill/testing';
import type { Batch, BatchRequest, BatchSelection } from './batch.js';
import { BatchRunner } from './batch-runner.js';
import { Batches } from './batches.js';
import { DeadLetterQueries } from './dead-letter-queries.js';
import {
  aDeadLetter,
  collect,
  type DeadLetterHarness,
  deadLetterDatabase,
  outboxOf,
  quiet,
} from './dead-letters.fixture.js';
import { Review } from './review.js';

export const DISCARD = { action: 'discard', reason: 'a load test' } as const;
export const EITHER = [{ action: 'resubmit' } as const, DISCARD];
type Request = Partial<BatchSelection> & Partial<(typeof EITHER)[number]>;

const requestOf = (changes: Request) => ({ by: 'ada', filter: {}, ...changes }) as BatchRequest;

/** Batches in a database of their own. */
export class BatchHarness {
  readonly review = new Review();
  readonly batches = new Batches(this.review);

  constructor(readonly database: DeadLetterHarness) {}

  static open = async () => new BatchHarness(await deadLetterDatabase());

  readonly collectMany = (count: number, error = 'no answer') =>
    collect(
      this.database,
      ...Array.from({ length: count }, (_, n) => aDeadLetter({ messageId: `${error} ${n}`, error })),
    );

  readonly plan = (changes: Request = {}) => this.batches.plan(this.database.autocommit, requestOf(changes));
  readonly begin = (changes: Request = {}) =>
    this.database.transaction((tx) => this.batches.begin(tx, requestOf(changes)));
  readonly step = () => this.database.transaction((tx) => this.batches.step(tx));
  readonly stop = (id: string, by = 'ada') => this.database.transaction((tx) => this.batches.stop(tx, id, by));

  readonly find = async (id: string) => (await this.batches.find(this.database.autocommit, id))!;
  readonly untilDone = (id: string) => until('the batch is done', async () => (await this.find(id)).status === 'done');
  readonly sent = async () => (await outboxOf(this.database)).map(({ id }) => id);
  readonly details = async (id: string) => (await new DeadLetterQueries().find(this.database.autocommit, id))!;

  async runToEnd(id: string): Promise<Batch> {
    while (await this.step());
    return this.find(id);
  }

  /** Every resolution, in order: what was done, by whom, in which batch. */
  async resolutions() {
    type Row = { message_id: string; event: string; by: string; batch: string | null };
    const { rows } = await this.database.pool.query<Row>(
      `SELECT message_id, event, by, history.batch FROM waybill.dead_letter_history AS history
       JOIN waybill.dead_letters ON dead_letters.id = dead_letter WHERE event <> 'failed' ORDER BY seq`,
    );
    return rows;
  }

  /** Runs the steps of batches, as so many processes do, while `work` runs. */
  async withRunners(count: number, work: (wake: () => void) => Promise<void>): Promise<void> {
    const runners = Array.from({ length: count }, () => new BatchRunner(this.batches, this.database, quiet));
    for (const runner of runners) runner.start();
    try {
      await work(() => {
        for (const runner of runners) runner.wake();
      });
    } finally {
      await Promise.all(runners.map((runner) => runner.stop()));
    }
  }

  /** Runs `then` against the locks of an open transaction that ran `first`; resolves when both have ended. */
  async meanwhile<T>(first: Parameters<DeadLetterHarness['transaction']>[0], then: () => Promise<T>): Promise<T> {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: locked, resolve: lock } = Promise.withResolvers<void>();
    const open = this.database.transaction(async (tx) => {
      await first(tx);
      lock();
      await released;
    });
    await locked;
    const second = then();
    await until('the second waits for the first', async () => {
      const { rows } = await this.database.pool.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length > 0;
    });
    release();
    await open;
    return second;
  }
}
