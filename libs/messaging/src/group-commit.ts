import type { TransactionRunner, Tx } from '@waybill/outbox';

export interface GroupCommitOptions<Item> {
  database: TransactionRunner;
  /** Items in one transaction at most. */
  size: number;
  /** Transactions side by side at most. Default 3. */
  atOnce?: number;
  /** Does all of a group, in this transaction. May be called again for each of them alone. */
  work(tx: Tx, items: readonly Item[]): Promise<void>;
}

interface Waiting<Item> {
  item: Item;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * What comes at the same time is done in one transaction: its begin, its commit and the flush to disk are paid once for all.
 * Nothing waits for company while nothing is done: what comes meanwhile goes together next, at once when it is half a group.
 * Where one fails, nothing of the group is kept and each is done again by itself.
 */
export class GroupCommit<Item> {
  private readonly waiting: Waiting<Item>[] = [];
  private busy = 0;

  constructor(private readonly options: GroupCommitOptions<Item>) {}

  /** Resolves when the item's work is committed; rejects with its own failure. */
  do(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.isWorthAnother()) void this.doAll();
    });
  }

  private async doAll(): Promise<void> {
    this.busy++;
    await Promise.resolve(); // what comes in the same breath goes into the first group
    const group = this.waiting.splice(0, this.options.size);
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
      for (const one of group) await this.doGroup([one]); // whose failure it was shows now
    }
  }

  private async commit(group: Waiting<Item>[]): Promise<void> {
    const { database, work } = this.options;
    const items = group.map(({ item }) => item);
    await database.transaction((tx) => work(tx, items));
  }
}
