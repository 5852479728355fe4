import { type Logger, type Outbox, PostgresOutbox, type Tx } from '@waybill/outbox';
import type { CrashSuspicion } from '../attempts/index.js';
import { unversioned } from '../contract/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import type { Delivery, Registration } from '../handling/index.js';
import {
  type DeadLettered,
  deadLetterHeaders,
  deadLetterTopicOf,
  MalformedMessage,
  type Outcome,
  outcomeOf,
} from '../outcomes/index.js';

export interface EventOutcomesOptions {
  /** Consumer group. */
  group: string;
  /** By message type. */
  registrations: ReadonlyMap<string, Registration>;
  handle: (delivery: Delivery) => Promise<void>;
  stopping: AbortSignal;
  logger: Logger;
}

/** How an event ends that is handled now, whether it just came or was parked. */
export class EventOutcomes {
  private readonly outbox: Outbox = new PostgresOutbox();

  constructor(private readonly options: EventOutcomesOptions) {}

  /** Whether the group handles this type, in whatever version. */
  concerns({ type, from }: ReceivedMessage): boolean {
    const name = unversioned(type);
    return [...this.options.registrations.values()].some(
      ({ contract }) => contract.destination.name === from.name && unversioned(contract.type) === name,
    );
  }

  of(message: ReceivedMessage, suspicion: CrashSuspicion | undefined): Promise<Outcome> {
    const { handle, registrations, stopping, logger } = this.options;
    const handling = async () => {
      const registration = registrations.get(message.type);
      if (!registration) throw new MalformedMessage(`this version of ${message.type} is not known`);
      await handle({ message, registration, signal: stopping, suspicion });
    };
    return outcomeOf(message, handling, logger);
  }

  /** A copy to the group's dead letter topic, through the outbox. */
  async tell(tx: Tx, message: ReceivedMessage, outcome: DeadLettered): Promise<void> {
    const { group } = this.options;
    await this.outbox.add(tx, {
      id: message.id,
      target: 'kafka',
      destination: deadLetterTopicOf(message.from.name, group),
      key: message.key,
      // One that came without an id is known by its place, which its copy must say.
      headers: { ...message.headers, ce_id: message.id, ...deadLetterHeaders(message, outcome, group) },
      body: message.bytes,
    });
  }
}
