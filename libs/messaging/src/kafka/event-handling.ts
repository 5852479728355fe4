import { type Outbox, PostgresOutbox, type TransactionRunner, type Tx } from '@waybill/outbox';
import type { CrashSuspicion, StartedAttempts } from '../attempts/index.js';
import { unversioned } from '../contract/index.js';
import { identityOf, type ReceivedMessage } from '../envelope/index.js';
import { type Dispatch, mapConcurrently, type Registration } from '../handling/index.js';
import { type MessagingMetrics, type Outcome, Requeued, settlesWithin } from '../outcomes/index.js';
import { deadLetterOf, withFailure } from './event-dead-letter.js';
import { type Place, type StoredEvent, toMessage } from './kafka-envelope.js';
import type { ParkedEvents, Parking } from './parked-events.js';
import { LEASE, type ParkedHandling } from './parked-handling.js';

/** Each has a transaction, and so a connection, of its own. */
const KEY_CONCURRENCY = 12;
/** A key that takes longer, in ms, is parked: its partition, and with kafkajs every partition, would wait for it. */
const SLOW_AFTER = 500;

export interface EventHandlingOptions {
  /** Consumer group. */
  group: string;
  registrations: ReadonlyMap<string, Registration>;
  dispatch: Dispatch;
  database: TransactionRunner & { autocommit: Tx };
  parked: ParkedEvents;
  /** Finishes events that are slow. */
  parkedHandling: ParkedHandling;
  attempts: StartedAttempts;
  /** Keys of a batch that are handled concurrently. Default 12. */
  keyConcurrency?: number | undefined;
  /** Retries `work` until it succeeds; rejects only when the process stops. */
  persist: <T>(work: () => Promise<T>) => Promise<T>;
  stopping: AbortSignal;
  metrics: MessagingMetrics;
  schema?: string | undefined;
  namespace?: string | undefined;
}

export interface ConsumedEvent {
  place: Place;
  event: StoredEvent;
  /** Its body is null: on a compacted topic it deletes its key. */
  isDeletion?: boolean;
}

type Incoming = ConsumedEvent & { message: ReceivedMessage; identity: string };

/**
 * Handles events from their topic. Each takes effect or is parked: slow and failed events, dead letters, and later events of
 * the same key. Types without a handler are skipped.
 */
export class EventHandling {
  private readonly outbox: Outbox;

  constructor(private readonly options: EventHandlingOptions) {
    this.outbox = new PostgresOutbox({ schema: options.schema });
  }

  /** Handles events of one topic: those of a key in their order, keys concurrently. Rejects when the process stops. */
  async handleBatch(topic: string, consumed: readonly ConsumedEvent[]): Promise<void> {
    const { attempts, parked, persist, database, keyConcurrency = KEY_CONCURRENCY } = this.options;
    const events = consumed.flatMap((one) => this.incoming(one) ?? []);
    if (events.length === 0) return;

    const unfinished = new Set(events.map(({ identity }) => identity));
    const byKey = Map.groupBy(events, ({ event }, index) => event.key ?? index);
    const keys = [...byKey.keys()].filter((key) => typeof key === 'string');
    const [suspicions, waiting] = await Promise.all([
      attempts.begin([...unfinished]),
      persist(() => parked.waiting(database.autocommit, topic, keys)),
    ]);
    try {
      await mapConcurrently(keyConcurrency, [...byKey], ([key, ofKey]) =>
        this.handleInOrder(ofKey, { isParked: waiting.has(String(key)), suspicions, unfinished }),
      );
    } finally {
      attempts.end([...unfinished]);
    }
  }

  /** Undefined when the group handles no version of its type, or it deletes a key. */
  private incoming({ place, event, isDeletion }: ConsumedEvent): Incoming | undefined {
    const message = toMessage(event, place);
    const registration = this.registrationOf(message);
    if (!registration || (isDeletion && isCompacted(registration))) {
      this.options.metrics.skipped.inc({ source: message.from.name });
      return undefined;
    }
    const identity = identityOf(message);
    const isOrdered = registration.options.ordered !== false;
    return { place, event: isOrdered ? event : { ...event, key: null }, message, identity };
  }

  private registrationOf({ type, from }: ReceivedMessage): Registration | undefined {
    const { registrations } = this.options;
    const known = registrations.get(type);
    if (known?.contract.destination.name === from.name) return known;
    const name = unversioned(type);
    return [...registrations.values()].find(
      ({ contract }) => contract.destination.name === from.name && unversioned(contract.type) === name,
    );
  }

  private async handleInOrder(
    events: Incoming[],
    { isParked, suspicions, unfinished }: { isParked: boolean; suspicions: Suspicions; unfinished: Set<string> },
  ): Promise<void> {
    let behindAnother = isParked;
    for (const event of events) {
      if (this.options.stopping.aborted) throw new Requeued();
      if (behindAnother && (await this.parkBehind(event))) continue;
      const handling = this.options.dispatch(event.message, async () => suspicions.get(event.identity));
      const isSlow = !(await settlesWithin(SLOW_AFTER, handling));
      if (isSlow && (await this.setAside(event, handling))) {
        unfinished.delete(event.identity);
        behindAnother = true;
      } else {
        behindAnother = await this.settle(event, await handling);
      }
    }
  }

  /** Parks a slow event, whose handling goes on. False when there are too many of them, or it is parked already. */
  private async setAside({ place, event, identity }: Incoming, handling: Promise<Outcome>): Promise<boolean> {
    const { parkedHandling } = this.options;
    if (!parkedHandling.hasRoom) return false;
    const position = await this.park({ place, event, identity }, { kind: 'retry', ms: LEASE, attempted: false });
    if (position === undefined) return false;
    parkedHandling.finish({ ...event, ...place, position }, handling);
    return true;
  }

  /** True when the event is now parked, so that later events of its key have to wait behind it. */
  private async settle(event: Incoming, outcome: Outcome): Promise<boolean> {
    const { group, namespace } = this.options;
    if (outcome.kind === 'done') return false;
    if (outcome.kind === 'requeued') throw new Requeued();
    if (outcome.kind === 'later') {
      await this.park(event, { ...outcome, kind: 'retry' });
      return true;
    }
    const failed = { ...event, event: withFailure(event.event, outcome, namespace) };
    await this.park(failed, { kind: 'dead-lettered' }, (tx) =>
      this.outbox.add(tx, deadLetterOf(event.message, outcome, group, namespace)),
    );
    return true;
  }

  /** False when no event of the key is parked any more: then this one is handled as usual. */
  private parkBehind(event: Incoming): Promise<boolean> {
    const { parked } = this.options;
    const { topic } = event.place;
    return this.withKey(event, async (tx) => {
      const waiting = await parked.waiting(tx, topic, [event.event.key!]);
      if (waiting.size === 0) return false;
      await parked.park(tx, event.place, { ...event.event, identity: event.identity }, { kind: 'behind' });
      return true;
    });
  }

  /** Resolves with its position; undefined when it is parked already. `also` is done in the same transaction, if it was not. */
  private park(
    incoming: Pick<Incoming, 'place' | 'event' | 'identity'>,
    parking: Parking,
    also?: (tx: Tx) => Promise<void>,
  ): Promise<string | undefined> {
    const { place, event, identity } = incoming;
    const { parked, parkedHandling } = this.options;
    if (parking.kind === 'retry') parkedHandling.expectDue(parking.ms);
    return this.withKey(incoming, async (tx) => {
      const position = await parked.park(tx, place, { ...event, identity }, parking);
      if (position !== undefined) await also?.(tx);
      return position;
    });
  }

  private withKey<T>(
    { place, event: { key } }: Pick<Incoming, 'place' | 'event'>,
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    const { persist, database, parked } = this.options;
    return persist(() =>
      database.transaction(async (tx) => {
        if (key !== null) await parked.lock(tx, place.topic, key);
        return work(tx);
      }),
    );
  }
}

const isCompacted = ({ contract: { destination } }: Registration): boolean =>
  destination.kind === 'topic' && destination.compacted;

type Suspicions = ReadonlyMap<string, CrashSuspicion>;
