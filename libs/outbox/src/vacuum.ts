import type pg from 'pg';
import { connect, disconnect } from './connect.js';
import type { Logger } from './logger.js';

/** The share of the time that it may take: a backlog of millions makes each of them long. */
const AT_MOST = 0.1;

export interface VacuumOptions {
  connectionString: string;
  schema: string;
  logger: Logger;
  /** Deleted rows for which it is worth it. */
  vacuumAfter: number;
}

/**
 * Makes room of the rows that a busy relay has deleted, on a connection of its own. Autovacuum comes once a minute, in which
 * a relay may delete a million rows; the table would grow by as many. Where it may not or fails, that is left to autovacuum.
 */
export class Vacuum {
  private deleted = 0;
  private notBefore = 0;
  private client: pg.Client | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: VacuumOptions) {}

  /** So many rows were deleted. */
  note(rows: number): void {
    this.deleted += rows;
    if (this.deleted < this.options.vacuumAfter || this.stopping || this.running || performance.now() < this.notBefore)
      return;
    this.deleted = 0;
    this.running = this.vacuum().finally(() => {
      this.running = undefined;
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    if (this.client) await disconnect(this.client);
    await this.running;
  }

  private async vacuum(): Promise<void> {
    const start = performance.now();
    try {
      this.client = await connect(this.options.connectionString, `${this.options.schema} outbox vacuum`, () => {});
      // Whoever vacuums it already does the same; cutting off its end would need a lock that readers wait for.
      if (!this.stopping) await this.client.query(`VACUUM (SKIP_LOCKED, TRUNCATE off) ${this.options.schema}.outbox`);
    } catch (error) {
      if (!this.stopping) this.options.logger.debug({ err: error }, 'outbox: vacuum is left to the server');
    } finally {
      if (this.client) await disconnect(this.client);
      this.client = undefined;
      this.notBefore = performance.now() + (performance.now() - start) / AT_MOST;
    }
  }
}
