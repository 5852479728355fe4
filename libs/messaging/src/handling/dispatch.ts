import type { Logger } from '@waybill/outbox';
import type { CrashSuspicion } from '../attempts/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import { MalformedMessage, type MessagingMetrics, type Outcome, outcomeOf } from '../outcomes/index.js';
import type { Registration } from './handler.js';
import type { Delivery } from './pipeline.js';

export interface DispatchOptions {
  /** By message type. */
  registrations: ReadonlyMap<string, Registration>;
  /** The pipeline around the handlers. */
  handle: (delivery: Delivery) => Promise<void>;
  stopping: AbortSignal;
  metrics: MessagingMetrics;
  logger: Logger;
}

/** Passes a message to its handler and returns the outcome. */
export type Dispatch = (
  message: ReceivedMessage,
  suspicionOf?: () => Promise<CrashSuspicion | undefined>,
) => Promise<Outcome>;

/** For events and tasks alike. What has no id or no handler is malformed. */
export function dispatchTo({ registrations, handle, stopping, metrics, logger }: DispatchOptions): Dispatch {
  return (message, suspicionOf = async () => undefined) => {
    const registration = registrations.get(message.type);
    const handling = async () => {
      if (!message.id) throw new MalformedMessage('the message has no id');
      if (!registration) throw new MalformedMessage(`no handler for '${message.type}' from ${message.from.name}`);
      await handle({ message, registration, signal: stopping, suspicion: await suspicionOf() });
    };
    return outcomeOf(message, handling, { policy: registration?.options, metrics, logger });
  };
}
