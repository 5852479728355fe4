import { setTimeout as pause } from 'node:timers/promises';
import { type Logger, type Outbox, PostgresOutbox, type TransactionRunner, type Tx } from '@waybill/outbox';
import type { StartedAttempts } from '../attempts/index.js';
import { type Dispatch, mapConcurrently } from '../handling/index.js';
import { deadLetterOf } from './event-dead-letter.js';
import { toMessage } from './kafka-envelope.js';
import type { ParkedEvents } from './parked-events.js';

const INTERVAL = 250;
const PAUSE_AFTER_FAILURE = 1_000;
const KEYS_A_ROUND = 50;
/** Each holds a database connection beside that of its handler. */
const KEY_CONCURRENCY = 4;

export interface ParkedRetriesOptions {
  /** Consumer group. */
  group: string;
  dispatch: Dispatch;
  database: TransactionRunner & { autocommit: Tx };
  parked: ParkedEvents;
  attempts: StartedAttempts;
  stopping: AbortSignal;
  logger: Logger;
  schema?: string | undefined;
  namespace?: string | undefined;
}

/**
 * Retries parked events when they are due, those of a key one after the other. Safe in any number of processes:
 * each holds a lock on the key.
 */
export class ParkedRetries {
  private readonly outbox: Outbox;

  constructor(private readonly options: ParkedRetriesOptions) {
    this.outbox = new PostgresOutbox({ schema: options.schema });
  }

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
        await this.pauseFor(PAUSE_AFTER_FAILURE);
      }
      await this.pauseFor(INTERVAL);
    }
  }

  /** Handles the first event of a key; true when the next one of the key can follow at once. */
  private async retry(topic: string, key: string): Promise<boolean> {
    const { group, namespace, database, parked, dispatch, attempts } = this.options;
    return database.transaction(async (tx) => {
      await parked.lock(tx, topic, key);
      const event = await parked.head(tx, topic, key);
      if (!event) return false;
      const message = toMessage(event, event);
      const suspicions = await attempts.begin([message.id]);
      const outcome = await dispatch(message, async () => suspicions.get(message.id));
      attempts.end([message.id]);
      if (outcome.kind === 'done') await parked.remove(tx, event.position);
      if (outcome.kind === 'later') await parked.postpone(tx, event.position, outcome);
      if (outcome.kind === 'dead-letter') {
        await parked.markDeadLettered(tx, event.position);
        await this.outbox.add(tx, deadLetterOf(message, outcome, group, namespace));
      }
      return outcome.kind === 'done';
    });
  }

  private async pauseFor(milliseconds: number): Promise<void> {
    await pause(milliseconds, undefined, { signal: this.options.stopping }).catch(() => {});
  }
}
