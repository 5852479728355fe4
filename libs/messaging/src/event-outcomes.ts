import { deadLetterTopicOf, MalformedMessage } from '@waybill/dlq';
import { type Outbox, PostgresOutbox, type Tx } from '@waybill/outbox';
import { unversioned } from './contract.js';
import type { Registration } from './handler.js';
import type { ReceivedMessage } from './message.js';
import { deadLetterHeaders, type GivenUp, type Outcome, outcomeOf } from './outcome.js';
import type { Delivery } from './pipeline.js';
import type { Suspicion } from './started-attempts.js';
import type { Logger } from './surroundings.js';

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

  of(message: ReceivedMessage, suspicion: Suspicion | undefined): Promise<Outcome> {
    const { handle, registrations, stopping, logger } = this.options;
    const handling = async () => {
      const registration = registrations.get(message.type);
      if (!registration) throw new MalformedMessage(`this version of ${message.type} is not known`);
      await handle({ message, registration, signal: stopping, suspicion });
    };
    return outcomeOf(message, handling, logger);
  }

  /** A copy to the group's dead letter topic, through the outbox. */
  async tell(tx: Tx, message: ReceivedMessage, outcome: GivenUp): Promise<void> {
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
