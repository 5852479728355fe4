import { setTimeout as pause } from 'node:timers/promises';
import { withTimeout } from '../outcomes/index.js';
import { connectNats, type Library, loadNats, REQUEST_TIMEOUT } from './nats-library.js';
import type { NatsSettings } from './nats-settings.js';
import type { JetStreamClient, JetStreamManager, NatsConnection } from './nats-types.js';

const RETRY_AFTER = 200;
/** How long an operation waits for a connection, in ms. */
const CONNECT_WITHIN = 5_000;

export interface Connected {
  connection: NatsConnection;
  client: JetStreamClient;
  manager: JetStreamManager;
  nats: Library;
}

/** One connection after the other, without limit: each ends when it breaks, and takes along what went over it. */
export class LastingConnection {
  private current: Connected | undefined;
  private next = Promise.withResolvers<Connected>();
  private lastFailure: unknown;
  private readonly closing = new AbortController();
  private readonly ended: Promise<void>;

  constructor(readonly settings: NatsSettings) {
    this.next.promise.catch(() => {}); // nobody has to wait for it
    this.ended = this.keepConnected();
  }

  get isConnected(): boolean {
    return this.current !== undefined;
  }

  /** Rejects when there is none within 5 s. */
  async get(): Promise<Connected> {
    if (this.current) return this.current;
    try {
      return await withTimeout(CONNECT_WITHIN, 'not connected to NATS', this.next.promise);
    } catch (error) {
      throw new Error((error as Error).message, { cause: this.lastFailure });
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.next.reject(new Error('the connection to NATS is closed'));
    await this.current?.connection.close();
    await this.ended;
  }

  private async keepConnected(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      try {
        const connected = await this.connect();
        if (signal.aborted) await connected.connection.close();
        this.current = connected;
        this.next.resolve(connected);
        this.lastFailure = await connected.connection.closed();
        this.current = undefined;
        this.next = Promise.withResolvers();
        this.next.promise.catch(() => {});
      } catch (error) {
        this.lastFailure = error;
        this.settings.logger.debug({ err: error, connection: this.settings.name }, 'could not connect to NATS');
      }
      await pause(RETRY_AFTER, undefined, { signal }).catch(() => {}); // it is closed
    }
  }

  private async connect(): Promise<Connected> {
    const nats = await loadNats();
    const connection = await connectNats(this.settings);
    try {
      const options = { timeout: REQUEST_TIMEOUT };
      const manager = await nats.jetstreamManager(connection, options);
      return { connection, client: nats.jetstream(connection, options), manager, nats };
    } catch (error) {
      await connection.close();
      throw error;
    }
  }
}
