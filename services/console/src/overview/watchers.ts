/** A timer may fire this much early, in ms. */
const EARLY = 5;

/** Runs a task every so often, but only while somebody watches: until the last one left, or for a while after a single look. */
export class Watchers<News> {
  private readonly watchers = new Set<(news: News) => void>();
  private lookedUntil = 0;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<News> | undefined;
  private latest: { at: number; news: News } | undefined;
  private stopped = false;

  constructor(
    private readonly task: () => Promise<News>,
    /** In ms. */
    private readonly options: {
      interval: number;
      lookFor: number;
      onError: (error: unknown) => void;
      onRest?: () => void;
    },
  ) {}

  /** Calls back with each news, at once with the latest unless they are old, until the returned function is called. */
  watch(onNews: (news: News) => void): () => void {
    this.watchers.add(onNews);
    this.wake();
    if (this.fresh) onNews(this.fresh.news);
    return () => void this.watchers.delete(onNews);
  }

  /** The latest news, which are at most two intervals old; the first look waits for them. */
  async look(): Promise<News> {
    this.lookedUntil = Date.now() + this.options.lookFor;
    this.wake();
    return this.fresh ? this.fresh.news : await this.run();
  }

  /** For good; resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running?.catch(() => {}); // whoever waits for it hears of it
  }

  private get fresh() {
    return this.latest && Date.now() - this.latest.at < 2 * this.options.interval ? this.latest : undefined;
  }

  private get isWatched(): boolean {
    return !this.stopped && (this.watchers.size > 0 || Date.now() < this.lookedUntil);
  }

  private wake(): void {
    if (!this.timer && this.isWatched) this.timer = setTimeout(() => void this.tick(), 0).unref();
  }

  private async tick(): Promise<void> {
    await this.run().catch(this.options.onError);
    if (!this.isWatched) {
      this.timer = undefined;
      this.options.onRest?.();
      return;
    }
    // At multiples of the interval: each reading is in a step of its own.
    const { interval } = this.options;
    this.timer = setTimeout(() => void this.tick(), interval - (Date.now() % interval) + EARLY).unref();
  }

  private run(): Promise<News> {
    this.running ??= this.task()
      .then((news) => {
        this.latest = { at: Date.now(), news };
        for (const tell of this.watchers) tell(news);
        return news;
      })
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }
}
