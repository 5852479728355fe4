import type { TransactionRunner, Tx } from '@waybill/outbox';
import type { CrashSuspicion, StartedAttempts } from '../attempts/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import { mapConcurrently, Requeued } from '../handling/index.js';
import type { EventOutcomes } from './event-outcomes.js';
import { type Place, type StoredEvent, toMessage } from './kafka-envelope.js';
import type { ParkedEvents, Parking } from './parked-events.js';

/** Each has a transaction, and so a connection, of its own. */
const KEY_CONCURRENCY = 12;

export interface EventHandlingOptions {
  database: TransactionRunner & { autocommit: Tx };
  parked: ParkedEvents;
  outcomes: EventOutcomes;
  attempts: StartedAttempts;
  /** Keys of a batch that are handled side by side at most. Default 12. */
  keyConcurrency?: number | undefined;
  /** Does it until it succeeds, though the database is away; rejects only when the process stops. */
  persist: <T>(work: () => Promise<T>) => Promise<T>;
  stopping: AbortSignal;
}

export interface ConsumedEvent {
  place: Place;
  event: StoredEvent;
}

type Incoming = ConsumedEvent & { message: ReceivedMessage };

/**
 * What becomes of events that come from their topic: they take effect, are skipped because nobody here handles their type,
 * or are parked: the failed ones, those that were given up, and what follows for the same key.
 */
export class EventHandling {
  constructor(private readonly options: EventHandlingOptions) {}

  /** Events of one topic: those of a key in their order, keys side by side. Rejects when the process stops. */
  async handleBatch(topic: string, found: readonly ConsumedEvent[]): Promise<void> {
    const { attempts, outcomes, parked, persist, database, keyConcurrency = KEY_CONCURRENCY } = this.options;
    const events = found
      .map((one): Incoming => ({ ...one, message: toMessage(one.event, one.place) }))
      .filter(({ message }) => outcomes.concerns(message));
    if (events.length === 0) return;

    const ids = events.map(({ message }) => message.id);
    const byKey = Map.groupBy(events, ({ event }, index) => event.key ?? index);
    const keys = [...byKey.keys()].filter((key) => typeof key === 'string');
    const [suspicions, waiting] = await Promise.all([
      attempts.begin(ids),
      persist(() => parked.waiting(database.autocommit, topic, keys)),
    ]);
    try {
      await mapConcurrently(keyConcurrency, [...byKey], ([key, ofKey]) =>
        this.handleInOrder(ofKey, waiting.has(String(key)), suspicions),
      );
    } finally {
      attempts.end(ids);
    }
  }

  private async handleInOrder(
    events: Incoming[],
    isParked: boolean,
    suspicions: ReadonlyMap<string, CrashSuspicion>,
  ): Promise<void> {
    let behindAnother = isParked;
    for (const event of events) {
      if (this.options.stopping.aborted) throw new Requeued('the process stops');
      if (behindAnother && (await this.queueUp(event))) continue;
      behindAnother = await this.take(event, suspicions.get(event.message.id));
    }
  }

  /** True when the event is now parked, so that what follows for its key has to queue up. */
  private async take(event: Incoming, suspicion: CrashSuspicion | undefined): Promise<boolean> {
    const { outcomes } = this.options;
    const outcome = await outcomes.of(event.message, suspicion);
    if (outcome.kind === 'done') return false;
    if (outcome.kind === 'requeued') throw new Requeued('the process stops');

    await this.withKey(event, async (tx) => {
      if (outcome.kind === 'later') {
        await this.park(tx, event, { ...outcome, kind: 'retry' });
      } else if (await this.park(tx, event, { kind: 'dead-lettered' })) {
        await outcomes.tell(tx, event.message, outcome);
      }
    });
    return true;
  }

  /** False when nothing waits for the key any more, so that the event is to be handled as usual. */
  private queueUp(event: Incoming): Promise<boolean> {
    const { parked } = this.options;
    const { topic } = event.place;
    return this.withKey(event, async (tx) => {
      const waiting = await parked.waiting(tx, topic, [event.event.key!]);
      if (waiting.size === 0) return false;
      await this.park(tx, event, { kind: 'behind' });
      return true;
    });
  }

  private park(tx: Tx, { place, event, message: { id } }: Incoming, parking: Parking): Promise<boolean> {
    return this.options.parked.park(tx, place, { ...event, id }, parking);
  }

  private withKey<T>({ place, event: { key } }: Incoming, work: (tx: Tx) => Promise<T>): Promise<T> {
    const { persist, database, parked } = this.options;
    return persist(() =>
      database.transaction(async (tx) => {
        if (key !== null) await parked.lock(tx, place.topic, key);
        return work(tx);
      }),
    );
  }
}
