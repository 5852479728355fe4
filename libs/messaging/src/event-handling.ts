import { setTimeout as pause } from 'node:timers/promises';
import { deadLetterTopicOf, failureHeaders, MalformedMessage } from '@waybill/dlq';
import { type Outbox, PostgresOutbox, type TransactionRunner, type Tx } from '@waybill/outbox';
import { unversioned } from './contract.js';
import type { Registration } from './handler.js';
import { type Place, type StoredEvent, toMessage } from './kafka-envelope.js';
import type { ReceivedMessage } from './message.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { ParkedEvents } from './parked-events.js';
import { GivenBack } from './patience.middleware.js';
import type { Delivery } from './pipeline.js';
import type { Logger } from './surroundings.js';

export interface EventHandlingOptions {
  database: TransactionRunner & { autocommit: Tx };
  /** Consumer group. */
  group: string;
  /** By message type. */
  registrations: ReadonlyMap<string, Registration>;
  handle: (delivery: Delivery) => Promise<void>;
  /** Does it until it succeeds, though the database is away; rejects only when the process stops. */
  persist: <T>(work: () => Promise<T>) => Promise<T>;
  stopping: AbortSignal;
  logger: Logger;
}

/**
 * What becomes of events: they take effect, are skipped because nobody here handles their type, wait in the table of
 * parked events behind a failed one of the same key, or are given up to the group's dead letter topic.
 */
export class EventHandling {
  readonly parked: ParkedEvents;
  private readonly outbox: Outbox = new PostgresOutbox();

  constructor(private readonly options: EventHandlingOptions) {
    this.parked = new ParkedEvents(options.group);
  }

  /** The events of one key in their order. Rejects when the process stops; all that was not taken comes again. */
  async takeInOrder(events: readonly { place: Place; event: StoredEvent }[], isParked: boolean): Promise<void> {
    let behindAnother = isParked;
    for (const { place, event } of events) {
      if (!this.concerns(event, place)) continue;
      if (behindAnother && (await this.queueUp(place, event))) continue;
      behindAnother = await this.take(place, event);
    }
  }

  /** Handles the first parked event of a key; false when there is none that is due. */
  async retry(topic: string, key: string): Promise<boolean> {
    const { database } = this.options;
    return database.transaction(async (tx) => {
      await this.parked.lock(tx, topic, key);
      const event = await this.parked.head(tx, topic, key);
      if (!event) return false;
      const outcome = await this.outcomeOf(toMessage(event, event));
      if (outcome.kind === 'given-back') return false;
      if (outcome.kind === 'later') await this.parked.postpone(tx, event.position, outcome);
      if (outcome.kind === 'dead-letter') await this.setAside(tx, toMessage(event, event), outcome);
      if (outcome.kind !== 'later') await this.parked.remove(tx, event.position);
      return outcome.kind !== 'later';
    });
  }

  /** True when the event failed and is now parked, so that what follows for its key has to queue up. */
  private async take(place: Place, event: StoredEvent): Promise<boolean> {
    const message = toMessage(event, place);
    const outcome = await this.outcomeOf(message);
    if (outcome.kind === 'given-back') throw new GivenBack('the process stops');
    if (outcome.kind === 'dead-letter') await this.inDatabase((tx) => this.setAside(tx, message, outcome));
    if (outcome.kind !== 'later') return false;

    if (event.key === null) {
      await pause(outcome.ms, undefined, { signal: this.options.stopping }).catch(() => {
        throw new GivenBack('the process stops');
      });
      return this.take(place, { ...event, attempt: event.attempt + (outcome.attempted ? 1 : 0) });
    }
    const { key } = event;
    await this.inDatabase(async (tx) => {
      await this.parked.lock(tx, place.topic, key);
      await this.parked.park(tx, place, { ...event, key }, outcome.attempted ? 1 : 0, outcome.ms);
    });
    return true;
  }

  /** False when nothing waits for the key any more, so that the event is to be handled as usual. */
  private queueUp(place: Place, event: StoredEvent): Promise<boolean> {
    const key = event.key!;
    return this.inDatabase(async (tx) => {
      await this.parked.lock(tx, place.topic, key);
      const waiting = await this.parked.waiting(tx, place.topic, [key]);
      if (!waiting.has(key)) return false;
      await this.parked.park(tx, place, { ...event, key }, 0, 0);
      return true;
    });
  }

  private outcomeOf(message: ReceivedMessage): Promise<Outcome> {
    const { handle, registrations, stopping, logger } = this.options;
    const handling = async () => {
      const registration = registrations.get(message.type);
      if (!registration) throw new MalformedMessage(`this version of ${message.type} is not known`);
      await handle({ message, registration, signal: stopping });
    };
    return outcomeOf(message, handling, logger);
  }

  /** To the group's dead letter topic, through the outbox. */
  private async setAside(tx: Tx, message: ReceivedMessage, outcome: Outcome & { kind: 'dead-letter' }): Promise<void> {
    const { group } = this.options;
    const now = new Date().toISOString();
    await this.outbox.add(tx, {
      id: message.id,
      target: 'kafka',
      destination: deadLetterTopicOf(message.from.name, group),
      key: message.key,
      headers: {
        ...message.headers,
        ...failureHeaders({
          source: message.from.name,
          consumer: group,
          class: outcome.class,
          error: outcome.error.message,
          stack: outcome.error.stack,
          attempts: message.attempt,
          firstFailedAt: message.firstFailedAt ?? now,
          lastFailedAt: now,
        }),
      },
      body: message.bytes,
    });
  }

  /** Whether the group handles this type, in whatever version. */
  private concerns({ headers }: StoredEvent, { topic }: Place): boolean {
    const name = unversioned(headers.ce_type ?? '');
    const { registrations } = this.options;
    return [...registrations.values()].some(
      ({ contract }) => contract.destination.name === topic && unversioned(contract.type) === name,
    );
  }

  private inDatabase<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.options.persist(() => this.options.database.transaction(work));
  }
}
