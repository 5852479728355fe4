import {
  AMQP_PREFIX,
  attributeOf,
  encode,
  type ReleaseParked,
  rejectionIn,
  releaseParkedOf,
  sourceOf,
  storableKey,
  withoutBodyReference,
  withoutBrokerHeaders,
  withoutFailure,
  withoutRejection,
} from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';
import type { DeadLetterSource } from './dead-letter.js';
import { ReviewError } from './review-error.js';

/** What is needed of a dead letter to notify the consumer that dead-lettered it. */
export interface StoredMessage {
  sourceKind: DeadLetterSource['kind'];
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
 * an event, only the group that dead-lettered it gets a task: the event is parked in that group's database. What no broker
 * accepted goes where it should have gone. Throws ReviewError.
 */
export function resubmission(deadLetter: StoredMessage, resolved: ResolvedBy): OutboxMessage {
  switch (deadLetter.sourceKind) {
    case 'queue':
      return sameTask(deadLetter, resolved);
    case 'topic': {
      const body = resolved.body && { body: resolved.body.toString('base64') };
      return releaseTask(deadLetter, { action: 'resubmit', ...body, by: resolved.by }, resolved.namespace);
    }
    case 'outbox':
      return samePublication(deadLetter, resolved);
  }
}

function sameTask({ messageId, source, type, ...deadLetter }: StoredMessage, resolved: ResolvedBy): OutboxMessage {
  const { headers, body } = edited(deadLetter.body, withoutFailure(deadLetter.headers, resolved.namespace), resolved);
  return {
    id: messageId,
    target: 'rabbitmq',
    destination: source,
    key: null,
    headers: {
      ...headers,
      [`${AMQP_PREFIX}id`]: attributeOf(headers, 'id') || messageId,
      ...(type && { [`${AMQP_PREFIX}type`]: attributeOf(headers, 'type') || type }),
    },
    body,
  };
}

/** It may be a dead letter itself, which its topic did not accept: its failure stays. */
function samePublication({ messageId, ...deadLetter }: StoredMessage, resolved: ResolvedBy): OutboxMessage {
  const rejection = rejectionIn(deadLetter.headers, resolved.namespace);
  if (!rejection) throw new ReviewError('no-destination', 'nothing was changed: its headers name no destination');
  const { target, destination, key } = rejection;
  const sent = edited(deadLetter.body, withoutRejection(deadLetter.headers, resolved.namespace), resolved);
  return { id: messageId, target, destination, key, ...sent };
}

function edited(body: Buffer, headers: StoredMessage['headers'], { body: edit }: ResolvedBy) {
  const own = withoutBrokerHeaders(headers);
  return { headers: edit ? withoutBodyReference(own) : own, body: edit ?? body };
}

/** Undefined for a task: no other message waits behind it. */
export function discardTask(deadLetter: StoredMessage, { by, namespace }: ResolvedBy): OutboxMessage | undefined {
  return deadLetter.sourceKind === 'topic' ? releaseTask(deadLetter, { action: 'discard', by }, namespace) : undefined;
}

function releaseTask(
  { source, consumer, key, headers, ...deadLetter }: StoredMessage,
  resolution: Pick<ReleaseParked, 'action' | 'body' | 'by'>,
  namespace: string | undefined,
): OutboxMessage {
  const contract = releaseParkedOf(consumer, namespace);
  const messageId = attributeOf(headers, 'id') || deadLetter.messageId;
  const eventSource = attributeOf(headers, 'source') ?? '';
  const body: ReleaseParked = { source, eventSource, messageId, key, ...resolution };
  const task = encode(contract.of(body, { correlationId: deadLetter.messageId }), sourceOf('dead-letters', namespace));
  // The outbox keeps the order of a key: the consumer sees resolutions of one message in order.
  return { ...task, key: storableKey(messageId) };
}
