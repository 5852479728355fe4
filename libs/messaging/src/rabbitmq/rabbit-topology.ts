import type { Connection } from 'rabbitmq-client';
import type { Queue } from '../contract/index.js';
import { deadLetterQueueOf } from '../outcomes/index.js';

/** How long the retry queues keep a message, in milliseconds. RabbitMQ expires at a queue's head only, so each has one TTL. */
export const RETRY_TIERS = [500, 2_000, 8_000];

/** Our own count of attempts gives a message up; RabbitMQ 4 would drop it after 20 deliveries by default. */
const DELIVERIES = 1_000_000;

export const retryQueueOf = (queue: string, tier: number): string => `${queue}.retry.${tier}ms`;

/** The shortest tier that is not shorter than asked for; the longest one for anything longer. */
export function tierFor(ms: number): number {
  return RETRY_TIERS.find((tier) => tier >= ms) ?? RETRY_TIERS.at(-1)!;
}

/**
 * Declares queues with their retry tiers and dead letter queues; changes nothing when they are there. `deadLetterQueues`
 * are further ones, of no queue of ours.
 */
export async function declareQueues(
  connection: Connection,
  queues: readonly Queue[],
  deadLetterQueues: readonly string[] = [],
) {
  for (const { name, maxLength, replicated } of queues) {
    const bound = { 'x-max-length': maxLength, 'x-overflow': 'reject-publish' };
    const kept = { 'x-delivery-limit': DELIVERIES, ...deadLetteringTo(deadLetterQueueOf(name)) };
    await declareDeadLetterQueue(connection, deadLetterQueueOf(name));
    await declare(connection, name, replicated ? { ...bound, ...kept } : { ...bound, 'x-queue-type': 'classic' });
    for (const tier of RETRY_TIERS) {
      await declare(connection, retryQueueOf(name, tier), {
        'x-message-ttl': tier,
        'x-overflow': 'reject-publish',
        ...deadLetteringTo(name),
      });
    }
  }
  for (const name of deadLetterQueues) await declareDeadLetterQueue(connection, name);
}

/** Without bound and expiry; nobody is killed so often that the broker may drop what was in hand. */
const declareDeadLetterQueue = (connection: Connection, name: string) =>
  declare(connection, name, { 'x-delivery-limit': DELIVERIES });

/** By the default exchange, and kept until the other queue has it. */
function deadLetteringTo(queue: string) {
  return {
    'x-dead-letter-exchange': '',
    'x-dead-letter-routing-key': queue,
    'x-dead-letter-strategy': 'at-least-once',
  };
}

async function declare(
  connection: Connection,
  queue: string,
  settings: Record<string, string | number> = {},
): Promise<void> {
  await connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum', ...settings } });
}
