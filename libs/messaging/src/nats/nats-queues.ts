import { isExclusiveReplyQueue, type QueueDeclaration } from '../rabbitmq/index.js';
import type { StreamSettings } from './declared-stream.js';
import { tokenOf } from './escape.js';
import type { JetStreamManager, StreamInfo } from './nats-types.js';

export const queueStreamOf = (queue: string): string => `queue-${tokenOf(queue)}`;

/** An exclusive queue is no stream but a subject with one subscriber: its name. */
export const queueSubjectOf = (queue: string): string =>
  isExclusiveReplyQueue(queue) ? queue : `queue.${tokenOf(queue)}`;

/** What keeps messages for a while before they are delivered as those of another queue. */
export interface Delay {
  /** Its own name. */
  queue: string;
  stream: string;
  ms: number;
}

/**
 * A queue as a stream that a message leaves when it is acknowledged; a full one rejects. A queue with a time to live and a dead letter
 * target keeps its messages: readers of the target read it too, and leave alone what is not due. `x-queue-type` and limits of
 * deliveries mean nothing here.
 */
export function streamOfQueue({ name, arguments: settings }: QueueDeclaration): StreamSettings {
  const { 'x-max-length': maxLength, 'x-message-ttl': ttl, 'x-dead-letter-routing-key': target } = settings;
  return {
    name: queueStreamOf(name),
    subjects: [queueSubjectOf(name)],
    retention: 'workqueue',
    discard: 'new',
    max_msgs: maxLength === undefined ? -1 : Number(maxLength),
    metadata: { queue: name, ...(ttl !== undefined && { ttl: String(ttl), target: String(target) }) },
  };
}

/** The streams that are queues, by the queues' names. */
export async function* queueStreams(manager: JetStreamManager): AsyncGenerator<StreamInfo & { queue: string }> {
  for await (const stream of manager.streams.list('queue.*')) {
    const { queue } = stream.config.metadata ?? {};
    if (queue) yield { ...stream, queue };
  }
}

/** The delays whose messages come back to this queue. */
export async function delaysOf(manager: JetStreamManager, queue: string): Promise<Delay[]> {
  const delays: Delay[] = [];
  for await (const { queue: name, config } of queueStreams(manager)) {
    const { target, ttl } = config.metadata!;
    if (target === queue) delays.push({ queue: name, stream: config.name, ms: Number(ttl) });
  }
  return delays;
}
