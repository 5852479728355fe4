import { allSettledOrThrow } from './all-settled-or-throw.js';
import { sqlStateOf } from './fault.js';
import type { TransactionRunner, Tx } from './tx.js';

/** Others would wait with an item whose row is locked. */
const SHORT_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '300ms'";
const LOCK_NOT_AVAILABLE = '55P03';

export interface GroupCommitOptions<Item> {
  database: TransactionRunner;
  /** Most items in one transaction. */
  size: number;
  /** Most concurrent transactions, as long as each finishes within `maxWait`. Default 3. */
  concurrency?: number;
  /** How long an item waits for slow groups, in ms; then another transaction is begun for it. Default 20. */
  maxWait?: number;
  /**
   * Does the work of a whole group in this transaction. When it fails it is called again for each item separately, also when
   * the commit succeeded and only its answer was lost: the work must recognise an item that has taken effect.
   */
  work(tx: Tx, items: readonly Item[]): Promise<void>;
}

interface Waiting<Item> {
  item: Item;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Group commit: concurrent items share a transaction, so that begin, commit and the flush to disk are paid once per group.
 * While no group is in flight an item starts at once; the ones that arrive meanwhile form the next group, which starts when
 * it is half full, when a group finishes, or after `maxWait`. A group that fails is rolled back, and each of its items is
 * retried separately.
 */
export class GroupCommit<Item> {
  private readonly waiting: Waiting<Item>[] = [];
  private inFlight = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: GroupCommitOptions<Item>) {}

  /** Resolves when the item's work is committed; rejects with its own failure. */
  do(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.shouldStartGroup()) void this.startGroup();
      else this.startTimer();
    });
  }

  private async startGroup(): Promise<void> {
    this.inFlight++;
    await Promise.resolve(); // items of the same turn of the event loop join the first group
    const group = this.waiting.splice(0, this.options.size);
    if (this.waiting.length > 0) this.startTimer();
    else this.stopTimer();
    if (group.length) await this.commitGroup(group);
    this.inFlight--;
    if (this.shouldStartGroup()) void this.startGroup();
  }

  /** Concurrent groups must be at least half full: many small ones cost more than a few large ones. */
  private shouldStartGroup(): boolean {
    const { size, concurrency = 3 } = this.options;
    const least = this.inFlight === 0 ? 1 : size / 2;
    return this.waiting.length >= least && this.inFlight < concurrency;
  }

  /** When it fails, each item is retried separately, and nothing else waits for that: only the items at fault fail. */
  private async commitGroup(group: Waiting<Item>[]): Promise<void> {
    try {
      await this.commit(group, SHORT_LOCK_TIMEOUT);
      for (const { resolve } of group) resolve();
    } catch (error) {
      const isAlone = group.length === 1 && sqlStateOf(error) !== LOCK_NOT_AVAILABLE;
      if (isAlone) group[0]!.reject(error);
      else for (const one of group) void this.commit([one]).then(one.resolve, one.reject);
    }
  }

  private async commit(group: Waiting<Item>[], ...first: string[]): Promise<void> {
    const { database, work } = this.options;
    const items = group.map(({ item }) => item);
    await database.transaction(async (tx) => {
      await allSettledOrThrow<unknown>([...first.map((sql) => tx.query(sql)), work(tx, items)]);
    });
  }

  private startTimer(): void {
    const { maxWait = 20 } = this.options;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.startGroup();
    }, maxWait);
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
