/** Of one request, at most; SQS's own limits. */
const MOST = 10;
export const MOST_BYTES = 1024 * 1024;

interface Waiting<Item> {
  item: Item;
  resolve(): void;
  reject(error: unknown): void;
}

export interface BatchesOptions<Item> {
  /** Resolves with each item's error, in their order, or undefined; rejects for all of them. */
  request(items: Item[]): Promise<(Error | undefined)[]>;
  /** Bytes of an item. Default: they do not matter. */
  sizeOf?(item: Item): number;
  /** Requests that wait for their replies. With 1, items arrive in the order of the calls. */
  concurrency: number;
}

/** One request for up to ten items: those of the same turn of the event loop, and those that had to wait. */
export class Batches<Item> {
  private waiting: Waiting<Item>[] = [];
  private running = 0;
  private isScheduled = false;

  constructor(private readonly options: BatchesOptions<Item>) {}

  /** Settles with the outcome of this item. */
  add(item: Item): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.waiting.push({ item, resolve, reject });
    if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(() => {
        this.isScheduled = false;
        this.flush();
      });
    }
    return promise;
  }

  private flush(): void {
    while (this.running < this.options.concurrency && this.waiting.length > 0) void this.request(this.next());
  }

  private async request(batch: Waiting<Item>[]): Promise<void> {
    this.running++;
    try {
      const errors = await this.options.request(batch.map(({ item }) => item));
      for (const [n, { resolve, reject }] of batch.entries()) {
        if (errors[n]) reject(errors[n]);
        else resolve();
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.running--;
    }
    this.flush();
  }

  private next(): Waiting<Item>[] {
    const { sizeOf = () => 0 } = this.options;
    let room = MOST_BYTES;
    let count = 0;
    for (const { item } of this.waiting.slice(0, MOST)) {
      room -= sizeOf(item);
      if (room < 0 && count > 0) break;
      count++;
    }
    return this.waiting.splice(0, count);
  }
}
