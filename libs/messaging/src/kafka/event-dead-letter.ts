import type { OutboxMessage } from '@waybill/outbox';
import { DEFAULT_NAMESPACE, KAFKA_PREFIX } from '../contract/index.js';
import { bytesOf, type ReceivedMessage, storableKey } from '../envelope/index.js';
import {
  type DeadLettered,
  deadLetterHeaders,
  deadLetterTopicOf,
  failedInHeader,
  ownHeader,
} from '../outcomes/index.js';

/** Bytes. A dead letter topic takes this much more than the topic whose events it gets. */
const LARGEST_KEY = 64 * 1024;

/** The event as it is parked until it is resubmitted. */
export const withFailure = <E extends { headers: Record<string, string> }>(
  event: E,
  { failedIn }: DeadLettered,
  namespace = DEFAULT_NAMESPACE,
): E => ({ ...event, headers: { ...event.headers, ...failedInHeader(failedIn, namespace) } });

/** A copy of an event for its group's dead letter topic. A key that cannot be stored in the outbox is in a header, as base64. */
export function deadLetterOf(
  message: ReceivedMessage,
  outcome: DeadLettered,
  group: string,
  namespace = DEFAULT_NAMESPACE,
): OutboxMessage {
  const key = message.key === null ? null : storableKey(message.key);
  const keyBytes = key !== message.key && bytesOf(message.key!);
  return {
    id: storableKey(message.id),
    target: 'kafka',
    destination: deadLetterTopicOf(message.from.name, group),
    key,
    headers: {
      ...message.headers,
      ...(keyBytes && keyBytes.length <= LARGEST_KEY && { [ownHeader('key', namespace)]: keyBytes.toString('base64') }),
      // An event without an id is identified by its position, which its copy must carry.
      [`${KAFKA_PREFIX}id`]: message.id,
      ...deadLetterHeaders(message, outcome, group, namespace),
    },
    body: message.bytes,
  };
}
