import type { Queue } from '../contract/index.js';
import { deadLetterQueueOf } from '../outcomes/index.js';
import { OUTBOX_DEAD_LETTERS } from './outbox-dead-letter.js';
import type { QueueDeclaration, RabbitClient } from './rabbit-client.js';

/** We count attempts ourselves; RabbitMQ 4 would drop a message after 20 deliveries by default. */
const DELIVERIES = 1_000_000;

/** RabbitMQ expires at a queue's head only, so each tier is a queue with one TTL. */
export const retryQueueOf = (queue: string, tier: number): string => `${queue}.retry.${tier}ms`;

/** The shortest tier of at least `ms`; the longest one for anything longer. */
export function tierFor(ms: number, tiers: Queue['retryTiers']): number {
  return tiers.find((tier) => tier >= ms) ?? tiers.at(-1)!;
}

/**
 * The queues of a system with their retry tiers and dead letter queues. Every process declares them at its start, and again
 * when one of them is gone: deleted by mistake, or with the volume of its broker.
 */
export class RabbitTopology {
  private readonly queues: QueueDeclaration[];
  private declaring: Promise<void> | undefined;

  /** `deadLetterQueues` are further ones, without a queue of their own. */
  constructor(
    private readonly client: RabbitClient,
    queues: readonly Queue[],
    deadLetterQueues: readonly string[] = [],
  ) {
    const ofTheirOwn = [OUTBOX_DEAD_LETTERS, ...deadLetterQueues];
    this.queues = [...queues.flatMap(withRetryAndDeadLetters), ...ofTheirOwn.map(deadLetterQueue)];
  }

  add(queue: Queue): void {
    this.queues.push(...withRetryAndDeadLetters(queue));
  }

  has(queue: string): boolean {
    return this.queues.some(({ name }) => name === queue);
  }

  /** Changes nothing when they exist. Concurrent calls share one declaration. */
  declare(): Promise<void> {
    this.declaring ??= this.client.declareQueues(this.queues).finally(() => {
      this.declaring = undefined;
    });
    return this.declaring;
  }
}

/** Declares queues once. */
export const declareQueues = (...topology: ConstructorParameters<typeof RabbitTopology>): Promise<void> =>
  new RabbitTopology(...topology).declare();

function withRetryAndDeadLetters({ name, maxLength, replicated, retryTiers }: Queue): QueueDeclaration[] {
  const bound = { 'x-max-length': maxLength, 'x-overflow': 'reject-publish' };
  const kept = { 'x-delivery-limit': DELIVERIES, ...deadLetteringTo(deadLetterQueueOf(name)) };
  return [
    deadLetterQueue(deadLetterQueueOf(name)),
    quorum(name, replicated ? { ...bound, ...kept } : { ...bound, 'x-queue-type': 'classic' }),
    ...retryTiers.map((tier) =>
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
