import { setImmediate as tick } from 'node:timers/promises';

/** Records of a partition that may wait for the batch before them; beyond that nothing more is fetched. */
const WAITING = 1_000;

/** The records of one partition: batches are consumed one after the other; what arrives meanwhile forms the next one. */
export class PartitionQueue<Message> {
  private waiting: Message[] = [];
  private epoch = 0;
  private working: Promise<void> | undefined;
  private room = Promise.withResolvers<void>();

  constructor(
    private readonly consume: (messages: readonly Message[], epoch: number) => Promise<void>,
    private readonly fail: (error: unknown) => void,
  ) {}

  /** Whether a batch is in flight or waits. */
  get isBusy(): boolean {
    return this.working !== undefined || this.waiting.length > 0;
  }

  /** Resolves when there is room for more. Drops what waits of an earlier epoch. */
  async add(message: Message, epoch: number): Promise<void> {
    if (epoch !== this.epoch) this.drop();
    this.epoch = epoch;
    this.waiting.push(message);
    this.working ??= this.work();
    if (this.waiting.length >= WAITING) await this.room.promise;
  }

  /** Resolves when the batch in flight has ended. */
  async end(): Promise<void> {
    this.drop();
    await this.working;
  }

  private drop(): void {
    this.waiting = [];
    this.makeRoom();
  }

  /** Consumes nothing more after a failure: what failed must be read again first. */
  private async work(): Promise<void> {
    await tick(); // a batch is what arrived in the same tick
    try {
      while (this.waiting.length > 0) {
        const messages = this.waiting;
        this.waiting = [];
        this.makeRoom();
        await this.consume(messages, this.epoch);
      }
      this.working = undefined;
    } catch (error) {
      this.fail(error);
    }
  }

  private makeRoom(): void {
    this.room.resolve();
    this.room = Promise.withResolvers();
  }
}
