import type pg from 'pg';
import { connect, disconnect } from './connect.js';
import type { Logger } from './logger.js';

/** Most of the time that vacuuming may take, as a fraction: with a backlog of millions each run is long. */
const MAX_TIME_SHARE = 0.1;

export interface VacuumOptions {
  connectionString: string;
  schema: string;
  logger: Logger;
  /** Deleted rows after which the table is vacuumed. */
  vacuumAfter: number;
}

/**
 * Makes the space of deleted rows reusable, on a connection of its own. Autovacuum runs once a minute, in which a busy relay
 * may delete a million rows, and the table would grow by as many. If it may not vacuum or fails, autovacuum does it.
 */
export class Vacuum {
  private deleted = 0;
  private notBefore = 0;
  private client: pg.Client | undefined;
  private running: Promise<void> | undefined;
  private stopping = false;

  constructor(private readonly options: VacuumOptions) {}

  /** Counts deleted rows, and vacuums when there are enough of them. */
  recordDeleted(rows: number): void {
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
    const { connectionString, schema, logger } = this.options;
    try {
      this.client = await connect(connectionString, `${schema} outbox vacuum`, () => {});
      // SKIP_LOCKED: another relay is vacuuming it. TRUNCATE off: truncation needs a lock that readers would wait for.
      if (!this.stopping) await this.client.query(`VACUUM (SKIP_LOCKED, TRUNCATE off) ${schema}.outbox`);
    } catch (error) {
      if (!this.stopping) logger.debug({ err: error }, 'outbox: could not vacuum the table, autovacuum will');
    } finally {
      if (this.client) await disconnect(this.client);
      this.client = undefined;
      this.notBefore = performance.now() + (performance.now() - start) / MAX_TIME_SHARE;
    }
  }
}
