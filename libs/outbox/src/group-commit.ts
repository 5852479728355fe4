import type { TransactionRunner, Tx } from './tx.js';

export interface GroupCommitOptions<Item> {
  database: TransactionRunner;
  /** Items in one transaction at most. */
  size: number;
  /** Transactions side by side, while none of them takes long. Default 3. */
  atOnce?: number;
  /** How long an item waits for groups that take long, in ms; then it goes into another one. Default 20. */
  longestWait?: number;
  /**
   * Does all of a group, in this transaction. Is called again for each of them alone when that fails, also when it seems to
   * have failed because the answer to the commit was lost: what was kept must be known from its keys.
   */
  work(tx: Tx, items: readonly Item[]): Promise<void>;
}

interface Waiting<Item> {
  item: Item;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * What comes at the same time is done in one transaction: its begin, its commit and the flush to disk are paid once for all.
 * Nothing waits for company while nothing is done: what comes meanwhile goes together next, at once when it is half a group,
 * and after `longestWait` in any case. Where one fails, nothing of the group is kept and each is done again by itself.
 */
export class GroupCommit<Item> {
  private readonly waiting: Waiting<Item>[] = [];
  private busy = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: GroupCommitOptions<Item>) {}

  /** Resolves when the item's work is committed; rejects with its own failure. */
  do(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.isWorthAnother()) void this.doAll();
      else this.startTimer();
    });
  }

  private async doAll(): Promise<void> {
    this.busy++;
    await Promise.resolve(); // what comes in the same breath goes into the first group
    const group = this.waiting.splice(0, this.options.size);
    if (this.waiting.length > 0) this.startTimer();
    else this.stopTimer();
    if (group.length) await this.doGroup(group);
    this.busy--;
    if (this.isWorthAnother()) void this.doAll();
  }

  /** Small groups side by side would cost more than one after the other. */
  private isWorthAnother(): boolean {
    const { size, atOnce = 3 } = this.options;
    const least = this.busy === 0 ? 1 : size / 2;
    return this.waiting.length >= least && this.busy < atOnce;
  }

  private async doGroup(group: Waiting<Item>[]): Promise<void> {
    try {
      await this.commit(group);
      for (const { resolve } of group) resolve();
    } catch (error) {
      if (group.length === 1) return group[0]!.reject(error);
      await Promise.all(group.map((one) => this.doGroup([one]))); // whose failure it was shows now
    }
  }

  private async commit(group: Waiting<Item>[]): Promise<void> {
    const { database, work } = this.options;
    const items = group.map(({ item }) => item);
    await database.transaction((tx) => work(tx, items));
  }

  private startTimer(): void {
    const { longestWait = 20 } = this.options;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.doAll();
    }, longestWait);
  }

  private stopTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** What each of them resolves with; rejects with the first failure, but not before all have ended and use `tx` no more. */
export async function allEnded<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(works);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
