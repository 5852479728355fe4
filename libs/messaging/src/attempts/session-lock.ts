import { randomBytes } from 'node:crypto';
import type { Logger } from '@waybill/outbox';
import type pg from 'pg';
import { retryForever } from '../outcomes/index.js';

/**
 * Shows other processes that this one is alive: a lock of a database session, which ends with the process, however it ends. While
 * the connection is lost it looks dead, until it has another one.
 */
export class SessionLock {
  /** The lock's key, unique to this process. */
  readonly id = (randomBytes(8).readBigUInt64BE() >> 1n).toString();
  private held: Promise<void> | undefined;
  private client: pg.PoolClient | undefined;
  private readonly closing = new AbortController();

  constructor(
    private readonly pool: pg.Pool,
    private readonly logger: Logger,
  ) {}

  /** Resolves when the lock is held. Rejects while the database is unavailable. */
  hold(): Promise<void> {
    this.held ??= this.acquire().catch((error) => {
      this.held = undefined;
      throw error;
    });
    return this.held;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.held?.catch(() => {});
    this.client?.release(true);
    this.client = undefined;
  }

  private async acquire(): Promise<void> {
    const client = await this.pool.connect();
    // Until it holds the lock, its statements fail with the reason.
    client.on('error', (error) => {
      if (this.client === client) this.lost(error);
    });
    try {
      await client.query(KEEPALIVE);
      // Shared, because the server may not have noticed yet that the connection before this one is lost.
      await client.query('SELECT pg_advisory_lock_shared($1)', [this.id]);
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.client = client;
  }

  private lost(error: Error): void {
    if (this.closing.signal.aborted) return;
    this.client?.release(error);
    this.client = undefined;
    this.held = undefined;
    void retryForever(
      () => this.hold(),
      this.closing.signal,
      (reason) => this.logger.debug({ err: reason }, 'the database session is lost'),
    );
  }
}

// The server notices within half a minute when this side has vanished without closing the connection.
const KEEPALIVE = 'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3';
