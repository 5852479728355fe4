import type pg from 'pg';
import { type Backlog, backlogByTarget } from './backlog.js';
import { Backoff } from './backoff.js';
import { connect, disconnect } from './connect.js';
import type { Logger } from './logger.js';
import { Signal } from './signal.js';

export interface ListenerOptions {
  connectionString: string;
  schema: string;
  logger: Logger;
  /** Whether to LISTEN for commits; the backlog is measured in any case. */
  listen: boolean;
  /** Milliseconds between two measurements of the backlog. */
  sampleInterval: number;
  /** Messages were added; for this target, if it is known. */
  onNotification(target?: string): void;
  onBacklog(byTarget: Map<string, Backlog>): void;
  /** The backlog is not known until `onBacklog` is called again. */
  onUnmeasured(): void;
}

/**
 * Receives the notifications of commits on a connection of its own, and measures the backlog there. Without it the relay
 * still finds messages by polling, so its failures only delay them.
 */
export class Listener {
  private readonly wakeUp = new Signal();
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
        this.options.onUnmeasured();
        this.options.logger.debug({ err: error }, 'outbox: not listening, messages are found by polling');
        await this.wakeUp.wait(this.backoff.next());
      } finally {
        if (this.client) await disconnect(this.client);
        this.client = undefined;
      }
    }
  }

  stop(): void {
    this.stopping = true;
    this.wakeUp.send();
  }

  private async listen(): Promise<void> {
    const { connectionString, schema, listen, sampleInterval, onNotification, onBacklog } = this.options;
    let lost: Error | undefined;
    this.client = await connect(connectionString, `${schema} outbox listener`, (reason) => {
      lost = reason;
      this.wakeUp.send();
    });
    this.client.on('notification', ({ payload }) => onNotification(payload || undefined));
    if (listen) await this.client.query(`LISTEN ${schema}_outbox`);
    this.backoff.reset();
    onNotification(); // for what was committed before LISTEN

    while (!this.stopping) {
      if (lost) throw lost;
      onBacklog(await backlogByTarget(this.client, schema));
      await this.wakeUp.wait(sampleInterval);
    }
  }
}
