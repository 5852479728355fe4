import {
  AMQP_PREFIX,
  encode,
  type ReleaseParked,
  releaseParkedOf,
  sourceOf,
  withoutBodyReference,
  withoutFailure,
} from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';

/** What is needed of a dead letter to notify the consumer that dead-lettered it. */
export interface StoredMessage {
  sourceKind: 'queue' | 'topic';
  source: string;
  consumer: string;
  messageId: string;
  type: string;
  key: string | null;
  headers: Record<string, string>;
  body: Buffer;
}

interface ResolvedBy {
  /** The operator. */
  by: string;
  /** In place of the message's own body. */
  body?: Buffer | undefined;
  namespace?: string | undefined;
}

/**
 * A task returns to its queue unchanged and with its own id, so that the inbox recognises it if it took effect after all. For
 * an event, only the group that dead-lettered it gets a task: the event is parked in that group's database.
 */
export function resubmission(deadLetter: StoredMessage, { by, body: edited, namespace }: ResolvedBy): OutboxMessage {
  if (deadLetter.sourceKind === 'topic') {
    const body = edited && { body: edited.toString('base64') };
    return releaseTask(deadLetter, { action: 'resubmit', ...body, by }, namespace);
  }
  const { messageId, source, type, body } = deadLetter;
  const original = originalHeaders(deadLetter.headers, namespace);
  const headers = edited ? withoutBodyReference(original) : original;
  return {
    id: messageId,
    target: 'rabbitmq',
    destination: source,
    key: null,
    headers: { ...headers, [`${AMQP_PREFIX}id`]: messageId, ...(type && { [`${AMQP_PREFIX}type`]: type }) },
    body: edited ?? body,
  };
}

/** Undefined for a task: no other message waits behind it. */
export function discardTask(deadLetter: StoredMessage, { by, namespace }: ResolvedBy): OutboxMessage | undefined {
  return deadLetter.sourceKind === 'topic' ? releaseTask(deadLetter, { action: 'discard', by }, namespace) : undefined;
}

function releaseTask(
  { source, consumer, messageId, key }: StoredMessage,
  resolution: Pick<ReleaseParked, 'action' | 'body' | 'by'>,
  namespace: string | undefined,
): OutboxMessage {
  const contract = releaseParkedOf(consumer, namespace);
  const body: ReleaseParked = { source, messageId, key, ...resolution };
  const task = encode(contract.of(body, { correlationId: messageId }), sourceOf('dead-letters', namespace));
  // The outbox keeps the order of a key: the consumer sees resolutions of one message in order.
  return { ...task, key: messageId };
}

/** What a broker adds when it dead-letters a message or delivers it again. */
const BROKER_HEADERS = /^x-(first-|last-)?death|^x-(delivery|acquired)-count$/;

const originalHeaders = (headers: Record<string, string>, namespace: string | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(withoutFailure(headers, namespace)).filter(([name]) => !BROKER_HEADERS.test(name)));
