import type { OutboxMessage } from '@waybill/outbox';
import { KAFKA_PREFIX } from '../contract/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import { type DeadLettered, deadLetterHeaders, deadLetterTopicOf } from '../outcomes/index.js';

/** A copy of an event for its group's dead letter topic. */
export const deadLetterOf = (
  message: ReceivedMessage,
  outcome: DeadLettered,
  group: string,
  namespace?: string,
): OutboxMessage => ({
  id: message.id,
  target: 'kafka',
  destination: deadLetterTopicOf(message.from.name, group),
  key: message.key,
  headers: {
    ...message.headers,
    // An event without an id is identified by its position, which its copy must carry.
    [`${KAFKA_PREFIX}id`]: message.id,
    ...deadLetterHeaders(message, outcome, group, namespace),
  },
  body: message.bytes,
});
