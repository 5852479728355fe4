import type { QueueDepth, QueueDepths } from '../rabbitmq/index.js';
import { SqsClient } from './sqs-client.js';
import { SqsQueues } from './sqs-queues.js';
import type { SqsSettings } from './sqs-settings.js';

/**
 * Queues of SQS, with a request for each. Its counts are approximate. It does not say here how old the first message is or how many
 * have left, and depths alone do not tell a queue that is stuck from one through which messages flow: there are no ages. A retry
 * is a delayed message of the queue itself, or for FIFO queues, and beyond 15 minutes, one in flight.
 */
export class SqsQueueDepths implements QueueDepths {
  private readonly client: SqsClient;
  private readonly queues: SqsQueues;

  constructor(
    settings: SqsSettings,
    private readonly names: readonly string[],
  ) {
    this.client = new SqsClient(settings);
    this.queues = new SqsQueues(this.client);
  }

  async depths(): Promise<Map<string, QueueDepth>> {
    const found = await Promise.all(this.names.map(async (name) => [name, await this.queues.depthOf(name)] as const));
    return new Map(found.flatMap(([name, depth]) => (depth ? [[name, depth] as const] : [])));
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}
