import type { Queue } from '../contract/index.js';
import { deadLetterQueueOf } from '../outcomes/index.js';
import type { QueueDeclaration, RabbitClient } from './rabbit-client.js';

/** How long the retry queues keep a message, in milliseconds. RabbitMQ expires at a queue's head only, so each has one TTL. */
export const RETRY_TIERS = [500, 2_000, 8_000];

/** We count attempts ourselves; RabbitMQ 4 would drop a message after 20 deliveries by default. */
const DELIVERIES = 1_000_000;

export const retryQueueOf = (queue: string, tier: number): string => `${queue}.retry.${tier}ms`;

/** The shortest tier of at least `ms`; the longest one for anything longer. */
export function tierFor(ms: number): number {
  return RETRY_TIERS.find((tier) => tier >= ms) ?? RETRY_TIERS.at(-1)!;
}

/**
 * Declares queues with their retry tiers and dead letter queues; changes nothing when they exist. `deadLetterQueues` are
 * further ones, without a queue of their own.
 */
export async function declareQueues(
  client: RabbitClient,
  queues: readonly Queue[],
  deadLetterQueues: readonly string[] = [],
): Promise<void> {
  await client.declareQueues([...queues.flatMap(withRetryAndDeadLetters), ...deadLetterQueues.map(deadLetterQueue)]);
}

function withRetryAndDeadLetters({ name, maxLength, replicated }: Queue): QueueDeclaration[] {
  const bound = { 'x-max-length': maxLength, 'x-overflow': 'reject-publish' };
  const kept = { 'x-delivery-limit': DELIVERIES, ...deadLetteringTo(deadLetterQueueOf(name)) };
  return [
    deadLetterQueue(deadLetterQueueOf(name)),
    quorum(name, replicated ? { ...bound, ...kept } : { ...bound, 'x-queue-type': 'classic' }),
    ...RETRY_TIERS.map((tier) =>
      quorum(retryQueueOf(name, tier), {
        'x-message-ttl': tier,
        'x-overflow': 'reject-publish',
        ...deadLetteringTo(name),
      }),
    ),
  ];
}

/** Unbounded and without expiry; no process is killed so often that the broker may drop a message. */
const deadLetterQueue = (name: string) => quorum(name, { 'x-delivery-limit': DELIVERIES });

/** By the default exchange, and stored until the other queue has it. */
const deadLetteringTo = (queue: string) => ({
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': queue,
  'x-dead-letter-strategy': 'at-least-once',
});

const quorum = (name: string, settings: QueueDeclaration['arguments']): QueueDeclaration => ({
  name,
  arguments: { 'x-queue-type': 'quorum', ...settings },
});
