import type pg from 'pg';
import { type Backlog, backlogByTarget } from './backlog.js';
import { Backoff } from './backoff.js';
import { connect, disconnect } from './connect.js';
import type { Logger } from './logger.js';
import { Wakeup } from './wakeup.js';

export interface ListenerOptions {
  connectionString: string;
  schema: string;
  logger: Logger;
  /** Whether to hear commits; the backlog is measured in any case. */
  listen: boolean;
  /** Milliseconds between two looks at the backlog. */
  sampleInterval: number;
  onNotification(): void;
  onBacklog(byTarget: Map<string, Backlog>): void;
}

/**
 * Hears what commits, on a connection of its own, and measures the backlog there. Without it messages are still found by
 * polling, so its failures only delay.
 */
export class Listener {
  private readonly turn = new Wakeup();
  private readonly backoff = new Backoff(50, 2_000);
  private client: pg.Client | undefined;
  private stopping = false;

  constructor(private readonly options: ListenerOptions) {}

  /** Ends after `stop()`. */
  async run(): Promise<void> {
    while (!this.stopping) {
      try {
        await this.listen();
      } catch (error) {
        if (this.stopping) return;
        this.options.logger.debug({ err: error }, 'outbox: not listening, messages are found by polling');
        await this.turn.wait(this.backoff.next());
      } finally {
        if (this.client) await disconnect(this.client);
        this.client = undefined;
      }
    }
  }

  stop(): void {
    this.stopping = true;
    this.turn.ring();
  }

  private async listen(): Promise<void> {
    let lost: Error | undefined;
    this.client = await connect(this.options.connectionString, `${this.options.schema} outbox listener`, (reason) => {
      lost = reason;
      this.turn.ring();
    });
    this.client.on('notification', () => this.options.onNotification());
    if (this.options.listen) await this.client.query(`LISTEN ${this.options.schema}_outbox`);
    this.backoff.reset();
    this.options.onNotification(); // something may have been committed while nobody listened

    while (!this.stopping) {
      if (lost) throw lost;
      this.options.onBacklog(await backlogByTarget(this.client, this.options.schema));
      await this.turn.wait(this.options.sampleInterval);
    }
  }
}
