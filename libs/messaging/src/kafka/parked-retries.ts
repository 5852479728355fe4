import { setTimeout as pause } from 'node:timers/promises';
import type { Logger, TransactionRunner, Tx } from '@waybill/outbox';
import type { StartedAttempts } from '../attempts/index.js';
import { mapConcurrently } from '../handling/index.js';
import type { EventOutcomes } from './event-outcomes.js';
import { toMessage } from './kafka-envelope.js';
import type { ParkedEvents } from './parked-events.js';

const LOOK_EVERY = 250;
const AFTER_A_FAILURE = 1_000;
const KEYS_A_ROUND = 50;
/** Each holds a database connection beside that of its handler. */
const KEY_CONCURRENCY = 4;

export interface ParkedRetriesOptions {
  database: TransactionRunner & { autocommit: Tx };
  parked: ParkedEvents;
  outcomes: EventOutcomes;
  attempts: StartedAttempts;
  stopping: AbortSignal;
  logger: Logger;
}

/**
 * Handles parked events when they are due, those of a key one after the other. Any number of copies may do this: the lock
 * on the key lets one at a time.
 */
export class ParkedRetries {
  constructor(private readonly options: ParkedRetriesOptions) {}

  async runUntilStopped(): Promise<void> {
    const { parked, database, stopping, logger } = this.options;
    while (!stopping.aborted) {
      try {
        const due = await parked.due(database.autocommit, KEYS_A_ROUND);
        await mapConcurrently(KEY_CONCURRENCY, due, async ({ topic, key }) => {
          while (!stopping.aborted && (await this.retry(topic, key)));
        });
      } catch (error) {
        logger.debug({ err: error }, 'could not retry parked events');
        await this.pauseFor(AFTER_A_FAILURE);
      }
      await this.pauseFor(LOOK_EVERY);
    }
  }

  /** Handles the first event of a key; true when the next one of the key can follow at once. */
  private async retry(topic: string, key: string): Promise<boolean> {
    const { database, parked, outcomes, attempts } = this.options;
    return database.transaction(async (tx) => {
      await parked.lock(tx, topic, key);
      const event = await parked.head(tx, topic, key);
      if (!event) return false;
      const message = toMessage(event, event);
      const suspicions = await attempts.begin([message.id]);
      const outcome = await outcomes.of(message, suspicions.get(message.id));
      attempts.end([message.id]);
      if (outcome.kind === 'done') await parked.remove(tx, event.position);
      if (outcome.kind === 'later') await parked.postpone(tx, event.position, outcome);
      if (outcome.kind === 'dead-letter') {
        await parked.giveUp(tx, event.position);
        await outcomes.tell(tx, message, outcome);
      }
      return outcome.kind === 'done';
    });
  }

  private async pauseFor(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.options.stopping }).catch(() => {});
  }
}
