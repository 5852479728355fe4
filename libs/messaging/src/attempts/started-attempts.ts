import { setTimeout as pause, setImmediate as tick } from 'node:timers/promises';
import { faultOf, type Logger, schemaName, type Tx } from '@waybill/outbox';
import type pg from 'pg';
import { Requeued, retryForever } from '../outcomes/index.js';
import { SessionLock } from './session-lock.js';
import { type StartedRow, startedTable } from './started-table.js';

const LEAVE_WITHIN = 2_000;

/** What is known of a message that was in flight when its process died. */
export interface CrashSuspicion {
  /** How many processes crashed while they handled it in isolation. */
  crashes: number;
  /** It was put off after the last of these crashes and has been redelivered since. */
  waited: boolean;
  /** Another live process handles it in isolation right now. */
  elsewhere: boolean;
}

export interface StartedAttemptsOptions {
  database: { pool: pg.Pool; autocommit: Tx };
  consumer: string;
  /** PostgreSQL schema of the table. Default `waybill`. */
  schema?: string | undefined;
  logger: Logger;
}

interface Batch {
  /** Ids, and whether each is a suspect whatever is known. */
  started: Map<string, boolean>;
  written: PromiseWithResolvers<ReadonlyMap<string, CrashSuspicion>>;
}

/**
 * Records in the service's own database which messages this process has in flight, so that after its death they are
 * suspects. What starts or ends while a statement is under way shares the next one.
 */
export class StartedAttempts {
  private next = newBatch();
  private readonly ended = new Set<string>();
  private round: Promise<void> | undefined;
  private readonly session: SessionLock;
  private readonly table: ReturnType<typeof startedTable>;
  private readonly closing = new AbortController();
  private closed: Promise<void> | undefined;
  private forgotten = false;

  constructor(private readonly options: StartedAttemptsOptions) {
    this.session = new SessionLock(options.database.pool, options.logger);
    this.table = startedTable(schemaName(options.schema));
  }

  /**
   * Resolves when it is recorded that these are in flight, with the suspicions against some of them. Waits for the database.
   * `suspects` are those that the broker says were in flight before.
   */
  async begin(ids: readonly string[], { suspects = false } = {}): Promise<ReadonlyMap<string, CrashSuspicion>> {
    if (this.closing.signal.aborted || ids.length === 0) return new Map();
    const batch = this.next;
    for (const id of ids) batch.started.set(id, suspects || batch.started.get(id) === true);
    this.write();
    return batch.written.promise;
  }

  /** They are no longer in flight; those that wait stay known. */
  end(ids: readonly string[]): void {
    if (this.closing.signal.aborted) return;
    for (const id of ids) this.ended.add(id);
    this.write();
  }

  /** From now on a crash of this process is blamed on the message. */
  async enterIsolation(id: string): Promise<void> {
    await this.run(this.table.enterIsolation, id);
  }

  /** It was isolated and the process lives. If one had crashed before, then for another reason: all blame is cleared. */
  async clear(id: string, { crashes }: CrashSuspicion): Promise<void> {
    await this.run(this.table.clear, id);
    const { database, consumer } = this.options;
    if (crashes > 0) await database.autocommit.query(this.table.clearAll, [consumer]);
  }

  /** It is put off: not handled now, redelivered later. */
  async wait(id: string): Promise<void> {
    await this.run(this.table.wait, id);
  }

  /** The process stops: how it ends is blamed on no message. */
  close(): Promise<void> {
    this.closing.abort();
    this.closed ??= Promise.race([this.leave(), pause(LEAVE_WITHIN, undefined, { ref: false })]);
    return this.closed;
  }

  private write(): void {
    this.round ??= this.writeAll();
  }

  private async writeAll(): Promise<void> {
    await tick(); // collects what starts and ends in the same tick
    while (this.next.started.size > 0 || this.ended.size > 0) {
      const { started, written } = this.next;
      this.next = newBatch();
      const ended = [...this.ended].filter((id) => !started.has(id));
      this.ended.clear();
      const suspicions = await retryForever(
        () => this.writeBatch(started, ended).catch((error) => this.withoutRecord(error)),
        this.closing.signal,
        (error) => this.options.logger.warn({ err: error }, 'could not write to the database, messages wait'),
      );
      if (suspicions) written.resolve(suspicions);
      else written.reject(new Requeued());
    }
    this.round = undefined;
  }

  /** What the database cannot store is handled without a record, because the next attempt would fail like this one. */
  private withoutRecord(error: unknown): ReadonlyMap<string, CrashSuspicion> {
    if (faultOf(error) !== 'data') throw error;
    this.options.logger.error({ err: error }, 'could not record messages in flight, they are handled without');
    return new Map();
  }

  private async writeBatch(started: Batch['started'], ended: string[]): Promise<ReadonlyMap<string, CrashSuspicion>> {
    const { database, consumer } = this.options;
    await this.session.hold();
    await this.forgetOld();
    const ids = [...started.keys()];
    const params = [consumer, this.session.id, ended, ids, [...started.values()]];
    const { rows } = await database.autocommit.query<StartedRow>(this.table.write, params);
    const known = new Map(rows.map((row) => [row.identity, row]));
    const suspicions = new Map<string, CrashSuspicion>();
    for (const id of ids) {
      const row = known.get(id);
      if (!row) suspicions.set(id, { crashes: 0, waited: false, elsewhere: true });
      else if (row.suspect) suspicions.set(id, { crashes: row.crashes, waited: row.waiting, elsewhere: false });
    }
    return suspicions;
  }

  /** Rows of dead processes whose message was never redelivered: it took effect, but its end was not recorded. */
  private async forgetOld(): Promise<void> {
    if (this.forgotten) return;
    await this.options.database.autocommit.query(this.table.forgetOld, [this.options.consumer]);
    this.forgotten = true;
  }

  private async run(sql: string, id: string): Promise<void> {
    const { database, consumer } = this.options;
    await database.autocommit.query(sql, [consumer, this.session.id, id]);
  }

  private async leave(): Promise<void> {
    const { database, consumer, logger } = this.options;
    await this.round;
    await database.autocommit
      .query(this.table.leave, [consumer, this.session.id])
      .catch((error) => logger.debug({ err: error }, 'messages in flight stay recorded'));
    await this.session.close();
  }
}

function newBatch(): Batch {
  const written = Promise.withResolvers<ReadonlyMap<string, CrashSuspicion>>();
  written.promise.catch(() => {}); // not always awaited: a batch may contain only ended messages
  return { started: new Map(), written };
}
