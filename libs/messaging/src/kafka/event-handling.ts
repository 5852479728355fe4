import { type Outbox, PostgresOutbox, type TransactionRunner, type Tx } from '@waybill/outbox';
import type { CrashSuspicion, StartedAttempts } from '../attempts/index.js';
import { unversioned } from '../contract/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import { type Dispatch, mapConcurrently, type Registration } from '../handling/index.js';
import { Requeued } from '../outcomes/index.js';
import { deadLetterOf } from './event-dead-letter.js';
import { type Place, type StoredEvent, toMessage } from './kafka-envelope.js';
import type { ParkedEvents, Parking } from './parked-events.js';

/** Each has a transaction, and so a connection, of its own. */
const KEY_CONCURRENCY = 12;

export interface EventHandlingOptions {
  /** Consumer group. */
  group: string;
  registrations: ReadonlyMap<string, Registration>;
  dispatch: Dispatch;
  database: TransactionRunner & { autocommit: Tx };
  parked: ParkedEvents;
  attempts: StartedAttempts;
  /** Keys of a batch that are handled concurrently. Default 12. */
  keyConcurrency?: number | undefined;
  /** Retries `work` until it succeeds; rejects only when the process stops. */
  persist: <T>(work: () => Promise<T>) => Promise<T>;
  stopping: AbortSignal;
  schema?: string | undefined;
  namespace?: string | undefined;
}

export interface ConsumedEvent {
  place: Place;
  event: StoredEvent;
}

type Incoming = ConsumedEvent & { message: ReceivedMessage };

/**
 * Handles events from their topic. Each takes effect or is parked: failed events, dead letters, and later events of the
 * same key. Types without a handler are skipped.
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

  /** Undefined when the group handles no version of its type. */
  private incoming({ place, event }: ConsumedEvent): Incoming | undefined {
    const message = toMessage(event, place);
    const registration = this.registrationOf(message);
    if (!registration) return undefined;
    return { place, event: registration.options.ordered === false ? { ...event, key: null } : event, message };
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
    isParked: boolean,
    suspicions: ReadonlyMap<string, CrashSuspicion>,
  ): Promise<void> {
    let behindAnother = isParked;
    for (const event of events) {
      if (this.options.stopping.aborted) throw new Requeued();
      if (behindAnother && (await this.parkBehind(event))) continue;
      behindAnother = await this.handle(event, suspicions.get(event.message.id));
    }
  }

  /** True when the event is now parked, so that later events of its key have to wait behind it. */
  private async handle(event: Incoming, suspicion: CrashSuspicion | undefined): Promise<boolean> {
    const { dispatch, group, namespace } = this.options;
    const outcome = await dispatch(event.message, async () => suspicion);
    if (outcome.kind === 'done') return false;
    if (outcome.kind === 'requeued') throw new Requeued();

    await this.withKey(event, async (tx) => {
      if (outcome.kind === 'later') {
        await this.park(tx, event, { ...outcome, kind: 'retry' });
      } else if (await this.park(tx, event, { kind: 'dead-lettered' })) {
        await this.outbox.add(tx, deadLetterOf(event.message, outcome, group, namespace));
      }
    });
    return true;
  }

  /** False when no event of the key is parked any more: then this one is handled as usual. */
  private parkBehind(event: Incoming): Promise<boolean> {
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
