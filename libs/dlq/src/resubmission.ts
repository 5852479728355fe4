import {
  parkedQueueOf,
  releaseParkedType,
  type ReleaseParked,
  withoutBodyReference,
  withoutFailure,
} from '@waybill/messaging';
import type { OutboxMessage } from '@waybill/outbox';
import { v7 as uuidv7 } from 'uuid';

/** What is needed of a letter to send it, or word of it, to the consumer that gave it up. */
export interface Resubmitted {
  sourceKind: 'queue' | 'topic';
  source: string;
  consumer: string;
  messageId: string;
  type: string;
  key: string | null;
  headers: Record<string, string>;
  body: Buffer;
}

/**
 * A task goes back to its queue, as it was and under its own id, so that a consumer that has done it after all knows it.
 * Of an event the group that gave it up is told, and no other: it lies in that group's database.
 */
export function resubmission(letter: Resubmitted, by: string, editedBody?: Buffer): OutboxMessage {
  if (letter.sourceKind === 'topic') {
    return release(letter, {
      action: 'resubmit',
      ...(editedBody && { body: editedBody.toString('base64') }),
      by,
    });
  }
  const { messageId, source, type, body } = letter;
  const headers = editedBody ? withoutBodyReference(asSent(letter.headers)) : asSent(letter.headers);
  return {
    id: messageId,
    target: 'rabbitmq',
    destination: source,
    key: null,
    headers: { ...headers, 'cloudEvents:id': messageId, ...(type && { 'cloudEvents:type': type }) },
    body: editedBody ?? body,
  };
}

/** Undefined when nobody has to hear of it: nothing waits behind a task. */
export function discarding(letter: Resubmitted, by: string): OutboxMessage | undefined {
  return letter.sourceKind === 'topic' ? release(letter, { action: 'discard', by }) : undefined;
}

function release(
  { source, consumer, messageId, key }: Resubmitted,
  decision: Pick<ReleaseParked, 'action' | 'body' | 'by'>,
): OutboxMessage {
  const body: ReleaseParked = { source, messageId, key, ...decision };
  const id = uuidv7();
  return {
    id,
    target: 'rabbitmq',
    destination: parkedQueueOf(consumer),
    // In the order of the decisions.
    key: messageId,
    headers: {
      'content-type': 'application/json',
      'cloudEvents:specversion': '1.0',
      'cloudEvents:id': id,
      'cloudEvents:type': releaseParkedType(namespace),
      'cloudEvents:source': '/waybill/dead-letters',
      'cloudEvents:subject': messageId,
      'cloudEvents:time': new Date().toISOString(),
      'correlation-id': messageId,
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** What a broker adds when it sets a message aside or delivers it again. */
const OF_THE_BROKER = /^x-(first-|last-)?death|^x-(delivery|acquired)-count$/;

function asSent(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(withoutFailure(headers)).filter(([name]) => !OF_THE_BROKER.test(name)));
}
