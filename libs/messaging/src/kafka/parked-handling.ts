import { setTimeout as pause } from 'node:timers/promises';
import { type Logger, type Outbox, PostgresOutbox, type TransactionRunner, type Tx } from '@waybill/outbox';
import type { StartedAttempts } from '../attempts/index.js';
import { identityOf } from '../envelope/index.js';
import type { Dispatch } from '../handling/index.js';
import type { Outcome } from '../outcomes/index.js';
import { deadLetterOf, withFailure } from './event-dead-letter.js';
import { toMessage } from './kafka-envelope.js';
import type { ParkedEvents } from './parked-events.js';
import type { ParkedEvent } from './parked-table.js';

const INTERVAL = 250;
/** While nothing that this process parked is due soon; another one may have died and left events. */
const IDLE_INTERVAL = 1_000;
const PAUSE_AFTER_FAILURE = 1_000;
/** How long an event belongs to a process that no longer renews its claim, in ms. */
export const LEASE = 10_000;
/** Each may hold a connection to the database. */
const SLOW_EVENTS = 8;
const RETRIES = 8;

export interface ParkedHandlingOptions {
  /** Consumer group. */
  group: string;
  dispatch: Dispatch;
  database: TransactionRunner & { autocommit: Tx };
  parked: ParkedEvents;
  attempts: StartedAttempts;
  /** Retries `work` until it succeeds; rejects only when the process stops. */
  persist: <T>(work: () => Promise<T>) => Promise<T>;
  /** Topics of which nothing is retried. Default none. */
  paused?: ReadonlySet<string>;
  stopping: AbortSignal;
  logger: Logger;
  schema?: string | undefined;
  namespace?: string | undefined;
}

/**
 * Handles parked events: retries when they are due, and those that were parked because their handler is slow. Those of a key
 * one after the other, keys concurrently, in any number of processes: each event is claimed.
 */
export class ParkedHandling {
  private readonly outbox: Outbox;
  private readonly claimed = new Set<string>();
  private readonly slow = new Set<Promise<void>>();
  private readonly retries = new Set<Promise<void>>();
  /** When the last of the events that this process has parked is due. */
  private lastDue = 0;

  constructor(private readonly options: ParkedHandlingOptions) {
    this.outbox = new PostgresOutbox({ schema: options.schema });
  }

  /** Whether one more slow event may be left to `finish`. */
  get hasRoom(): boolean {
    return this.slow.size < SLOW_EVENTS;
  }

  /** An event was parked that is due in `ms`. */
  expectDue(ms: number): void {
    this.lastDue = Math.max(this.lastDue, performance.now() + ms);
  }

  /** Takes over an event that was parked with a lease while it is being handled. */
  finish(event: ParkedEvent, handling: Promise<Outcome>): void {
    this.track(this.slow, this.settleAll(event, handling));
  }

  /** Resolves when what it has claimed is settled. */
  async runUntilStopped(): Promise<void> {
    const { stopping, logger, database, parked } = this.options;
    let renewed = performance.now();
    while (!stopping.aborted) {
      try {
        if (performance.now() - renewed > LEASE / 4) {
          await parked.renew(database.autocommit, [...this.claimed], LEASE);
          renewed = performance.now();
        }
        await this.retryDue();
        await this.pauseFor(performance.now() < this.lastDue + IDLE_INTERVAL ? INTERVAL : IDLE_INTERVAL);
      } catch (error) {
        logger.debug({ err: error }, 'could not retry parked events');
        await this.pauseFor(PAUSE_AFTER_FAILURE);
      }
    }
    await Promise.all([...this.slow, ...this.retries]);
  }

  private async retryDue(): Promise<void> {
    const { database, parked } = this.options;
    const room = RETRIES - this.retries.size;
    if (room === 0) return;
    const due = await parked.claimDue(database.autocommit, room, LEASE, [...(this.options.paused ?? [])]);
    for (const event of due) this.track(this.retries, this.settleAll(event, this.handle(event)));
  }

  /** This event, and then those behind it as long as they succeed. */
  private async settleAll(event: ParkedEvent, handling: Promise<Outcome>): Promise<void> {
    const { stopping, logger } = this.options;
    let next: ParkedEvent | undefined = event;
    let outcome = handling;
    try {
      while (next) {
        const current: ParkedEvent = next;
        this.claimed.add(current.position);
        try {
          next = await this.settle(current, await outcome);
        } finally {
          this.claimed.delete(current.position);
          this.options.attempts.end([identityOf(toMessage(current, current))]);
        }
        if (next) outcome = this.handle(next);
      }
    } catch (error) {
      // Claimed until its lease ends, and handled again then.
      if (!stopping.aborted) logger.warn({ err: error }, 'could not settle a parked event');
    }
  }

  private async handle(event: ParkedEvent): Promise<Outcome> {
    const { attempts, dispatch } = this.options;
    const message = { ...toMessage(event, event), parked: true };
    const identity = identityOf(message);
    return dispatch(message, async () => (await attempts.begin([identity])).get(identity));
  }

  /** Resolves with the next event of the key, claimed, when it can follow at once. */
  private async settle(event: ParkedEvent, outcome: Outcome): Promise<ParkedEvent | undefined> {
    const { group, namespace, database, parked, persist, stopping } = this.options;
    const { topic, position, key } = event;
    const isLast = () => stopping.aborted || Boolean(this.options.paused?.has(topic));
    const settling = () =>
      database.transaction(async (tx) => {
        if (key !== null) await parked.lock(tx, topic, key);
        if (outcome.kind === 'done') return parked.remove(tx, position, isLast() ? 0 : LEASE);
        if (outcome.kind === 'requeued') await parked.postpone(tx, position, { attempted: false, ms: 0 });
        if (outcome.kind === 'later') {
          await parked.postpone(tx, position, outcome);
          this.expectDue(outcome.ms);
        }
        if (
          outcome.kind === 'dead-letter' &&
          (await parked.markDeadLettered(tx, withFailure(event, outcome, namespace)))
        )
          await this.outbox.add(tx, deadLetterOf(toMessage(event, event), outcome, group, namespace));
        return undefined;
      });
    const next = await (stopping.aborted ? settling() : persist(settling));
    return isLast() ? undefined : next;
  }

  private track(running: Set<Promise<void>>, work: Promise<void>): void {
    const tracked = work.finally(() => running.delete(tracked));
    running.add(tracked);
  }

  private async pauseFor(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.options.stopping }).catch(() => {});
  }
}
