import { setTimeout as pause, setImmediate as tick } from 'node:timers/promises';
import type { Logger, Tx } from '@waybill/outbox';
import type pg from 'pg';
import { Requeued } from '../handling/index.js';
import { retryForever } from '../outcomes/index.js';
import { SessionLock } from './session-lock.js';

const LEAVE_WITHIN = 2_000;

/** What is known of a message that was in the hands of a process when that died. */
export interface CrashSuspicion {
  /** How many processes died while they handled it alone. */
  crashes: number;
  /** It was sent away after the last of these crashes and has come again since. */
  waited: boolean;
  /** Somebody who lives is alone with it right now. */
  elsewhere: boolean;
}

export interface StartedAttemptsOptions {
  database: { pool: pg.Pool; autocommit: Tx };
  consumer: string;
  logger: Logger;
}

interface Batch {
  /** Ids, and whether each is a suspect whatever is known. */
  started: Map<string, boolean>;
  written: PromiseWithResolvers<ReadonlyMap<string, CrashSuspicion>>;
}

/**
 * Which messages this process has in hand, in its own database, so that after its death they are suspects. What starts or
 * ends while a statement is under way shares the next one.
 */
export class StartedAttempts {
  private next = newBatch();
  private readonly ended = new Set<string>();
  private round: Promise<void> | undefined;
  private readonly session: SessionLock;
  private readonly closing = new AbortController();
  private closed: Promise<void> | undefined;
  private forgotten = false;

  constructor(private readonly options: StartedAttemptsOptions) {
    this.session = new SessionLock(options.database.pool, options.logger);
  }

  /**
   * Resolves when it is written that these are in hand, with what speaks against some of them. Waits for the database.
   * `suspects` are those that the broker says were in somebody's hands before.
   */
  async begin(ids: readonly string[], { suspects = false } = {}): Promise<ReadonlyMap<string, CrashSuspicion>> {
    if (this.closing.signal.aborted || ids.length === 0) return new Map();
    const batch = this.next;
    for (const id of ids) batch.started.set(id, suspects || batch.started.get(id) === true);
    this.write();
    return batch.written.promise;
  }

  /** They are in hand no more; those that wait stay known. */
  end(ids: readonly string[]): void {
    if (this.closing.signal.aborted) return;
    for (const id of ids) this.ended.add(id);
    this.write();
  }

  /** From now on the death of this process is held against the message. */
  async enterIsolation(id: string): Promise<void> {
    await this.update('alone = true, waiting = false', id);
  }

  /** It was handled alone and the process lives. If one had died of it before, then for another reason: nobody stays accused. */
  async acquit(id: string, { crashes }: CrashSuspicion): Promise<void> {
    await this.update('alone = false, suspect = false, crashes = 0', id);
    if (crashes === 0) return;
    const { database, consumer } = this.options;
    await database.autocommit.query('UPDATE waybill.started SET crashes = 0 WHERE consumer = $1 AND crashes > 0', [
      consumer,
    ]);
  }

  /** It leaves our hands and comes again. */
  async wait(id: string): Promise<void> {
    await this.update('waiting = true', id);
  }

  /** The process stops: how it ends is held against nobody. */
  close(): Promise<void> {
    this.closing.abort();
    this.closed ??= Promise.race([this.leave(), pause(LEAVE_WITHIN, undefined, { ref: false })]);
    return this.closed;
  }

  private write(): void {
    this.round ??= this.writeAll();
  }

  private async writeAll(): Promise<void> {
    await tick(); // what comes together is written together
    while (this.next.started.size > 0 || this.ended.size > 0) {
      const { started, written } = this.next;
      this.next = newBatch();
      const ended = [...this.ended].filter((id) => !started.has(id));
      this.ended.clear();
      const suspicions = await retryForever(
        () => this.writeBatch(started, ended),
        this.closing.signal,
        (error) => this.options.logger.warn({ err: error }, 'the database is away, messages wait'),
      );
      if (suspicions) written.resolve(suspicions);
      else written.reject(new Requeued('the process stops'));
    }
    this.round = undefined;
  }

  private async writeBatch(started: Batch['started'], ended: string[]): Promise<ReadonlyMap<string, CrashSuspicion>> {
    const { database, consumer } = this.options;
    await this.session.hold();
    await this.forgetOld();
    const ids = [...started.keys()];
    const params = [consumer, this.session.id, ended, ids, [...started.values()]];
    const { rows } = await database.autocommit.query<StartedRow>(WRITE, params);
    const known = new Map(rows.map((row) => [row.message_id, row]));
    const suspicions = new Map<string, CrashSuspicion>();
    for (const id of ids) {
      const row = known.get(id);
      if (!row) suspicions.set(id, { crashes: 0, waited: false, elsewhere: true });
      else if (row.suspect) suspicions.set(id, { crashes: row.crashes, waited: row.waiting, elsewhere: false });
    }
    return suspicions;
  }

  /** What dead processes left and nobody has sent again: it took effect, and only its end was not written any more. */
  private async forgetOld(): Promise<void> {
    if (this.forgotten) return;
    await this.options.database.autocommit.query(FORGET_OLD, [this.options.consumer]);
    this.forgotten = true;
  }

  private async update(change: string, id: string): Promise<void> {
    const { database, consumer } = this.options;
    const sql = `UPDATE waybill.started SET ${change} WHERE consumer = $1 AND session = $2 AND message_id = $3`;
    await database.autocommit.query(sql, [consumer, this.session.id, id]);
  }

  private async leave(): Promise<void> {
    const { database, consumer, logger } = this.options;
    const sql = 'DELETE FROM waybill.started WHERE consumer = $1 AND session = $2 AND NOT waiting';
    await this.round;
    await database.autocommit
      .query(sql, [consumer, this.session.id])
      .catch((error) => logger.debug({ err: error }, 'what is in hand stays written down'));
    await this.session.close();
  }
}

interface StartedRow {
  message_id: string;
  suspect: boolean;
  crashes: number;
  waiting: boolean;
}

function newBatch(): Batch {
  const written = Promise.withResolvers<ReadonlyMap<string, CrashSuspicion>>();
  written.promise.catch(() => {}); // nobody may have asked: a batch can consist of ends alone
  return { started: new Map(), written };
}

// What a dead process left is taken over as suspect, and a crash is counted if it had been alone. What a living one is
// alone with stays where it is and is not returned. Ordered, so that two who start the same messages do not lock each
// other out.
const WRITE = `
  WITH ended AS (
    DELETE FROM waybill.started WHERE consumer = $1 AND session = $2 AND message_id = ANY ($3::text[]) AND NOT waiting
  )
  INSERT INTO waybill.started AS held (consumer, message_id, session, suspect)
  SELECT $1, message_id, $2, suspect FROM unnest($4::text[], $5::boolean[]) AS begun (message_id, suspect) ORDER BY message_id
  ON CONFLICT (consumer, message_id) DO UPDATE SET
    session = excluded.session,
    suspect = held.suspect OR excluded.suspect OR NOT (held.session = excluded.session OR waybill.is_alive(held.session)),
    crashes = held.crashes + held.alone::integer,
    alone = false
  WHERE NOT (held.alone AND (held.session = excluded.session OR waybill.is_alive(held.session)))
  RETURNING message_id, suspect, crashes, waiting`;

const FORGET_OLD = `
  DELETE FROM waybill.started
  WHERE consumer = $1 AND started_at < now() - interval '7 days' AND NOT waybill.is_alive(session)`;
