import { type Span, SpanStatusCode } from '@opentelemetry/api';
import type { Logger } from '@waybill/outbox';
import type { CrashSuspicion } from '../attempts/index.js';
import { currentTrace, type ReceivedMessage } from '../envelope/index.js';
import { MalformedMessage, type MessagingMetrics, type Outcome, outcomeOf } from '../outcomes/index.js';
import type { Registration } from './handler.js';
import { inMessageSpan } from './message-span.js';
import type { Delivery } from './pipeline.js';

export interface DispatchOptions {
  /** Service or consumer group. */
  consumer: string;
  /** By message type. */
  registrations: ReadonlyMap<string, Registration>;
  /** The pipeline around the handlers. */
  handle: (delivery: Delivery) => Promise<void>;
  stopping: AbortSignal;
  metrics: MessagingMetrics;
  logger: Logger;
  namespace?: string | undefined;
}

/** Passes a message to its handler and returns the outcome. */
export type Dispatch = (
  message: ReceivedMessage,
  suspicionOf?: () => Promise<CrashSuspicion | undefined>,
) => Promise<Outcome>;

/** For events and tasks alike. What has no id or no handler is malformed. */
export function dispatchTo(options: DispatchOptions): Dispatch {
  const { registrations, handle, stopping, metrics, logger } = options;
  return (message, suspicionOf = async () => undefined) => {
    const registration = registrations.get(message.type);
    const handling = async () => {
      if (!message.id) throw new MalformedMessage('the message has no id');
      if (!registration) throw new MalformedMessage(`no handler for '${message.type}' from ${message.from.name}`);
      await handle({ message, registration, signal: stopping, suspicion: await suspicionOf() });
    };
    const type = registration ? message.type : 'unknown';
    return inMessageSpan(message, options, async (span) => {
      const outcome = await outcomeOf(message, handling, { type, policy: registration?.options, metrics, logger });
      return describeOutcome(span, outcome);
    });
  };
}

/** Called within the span. */
function describeOutcome(span: Span, outcome: Outcome): Outcome {
  span.setAttribute('messaging.message.outcome', outcome.kind);
  if ('error' in outcome) {
    span.setAttribute('error.type', outcome.error.name);
    span.setStatus({ code: SpanStatusCode.ERROR, message: outcome.error.message });
  }
  return outcome.kind === 'dead-letter' ? { ...outcome, failedIn: currentTrace().traceparent } : outcome;
}
