import { isExclusiveReplyQueue, type QueueDeclaration, type QueueDepth, RabbitRejection } from '../rabbitmq/index.js';
import type { SqsConnection } from './sqs-connection.js';
import { isMissing } from './sqs-errors.js';
import { sqsName } from './sqs-name.js';

const DAYS_14 = 14 * 24 * 60 * 60;
/** Replies are worth nothing after that; a process that is killed leaves its queue behind. */
const MINUTES_10 = 10 * 60;
const DEPTHS = [
  'ApproximateNumberOfMessages' as const,
  'ApproximateNumberOfMessagesNotVisible' as const,
  'ApproximateNumberOfMessagesDelayed' as const,
];

/** A queue that passes its messages on to another one after a while; SQS does that on the way. */
export interface Delay {
  queue: string;
  target: string;
  ms: number;
}

/** The queues of a client by our names: which SQS has, and which are only delays on the way to another. */
export class SqsQueues {
  private readonly urls = new Map<string, Promise<string>>();
  private readonly delays = new Map<string, Delay>();

  constructor(private readonly connection: SqsConnection) {}

  /** Creates those that are missing, but none for a delay. Rejects when there is one with other attributes. */
  async declare(queues: readonly QueueDeclaration[]): Promise<void> {
    const ofTheirOwn = queues.filter(({ name, arguments: settings }) => !this.addDelay(name, settings));
    await Promise.all(ofTheirOwn.map(({ name }) => this.declareOne(name)));
  }

  /** For as long as its reader lives; resolves with its URL. */
  createTemporary(queue: string): Promise<string> {
    return this.create(queue, { MessageRetentionPeriod: `${MINUTES_10}` });
  }

  /** Rejects with `RETURNED` when there is no such queue. */
  urlOf(queue: string): Promise<string> {
    const known = this.urls.get(queue);
    if (known) return known;
    const found = this.find(queue);
    this.urls.set(queue, found);
    found.catch(() => this.forget(queue));
    return found;
  }

  /** Undefined when there is no such queue. */
  async depthOf(queue: string): Promise<QueueDepth | undefined> {
    try {
      const request = { QueueUrl: await this.urlOf(queue), AttributeNames: DEPTHS };
      const { Attributes = {} } = await this.connection.call((sqs, options) =>
        sqs.getQueueAttributes(request, options),
      );
      const [visible, inFlight, delayed] = DEPTHS.map((name) => Number(Attributes[name]));
      return { messages: visible! + inFlight!, delayed: delayed! };
    } catch (error) {
      if (isMissing(error)) this.forget(queue);
      else if (!(error instanceof RabbitRejection)) throw error;
      return undefined;
    }
  }

  /** The queue is gone: its URL is asked for again. */
  forget(queue: string): void {
    this.urls.delete(queue);
  }

  delayOf(queue: string): Delay | undefined {
    return this.delays.get(queue);
  }

  isFifo(queue: string): boolean {
    return this.connection.settings.fifo && !isExclusiveReplyQueue(queue);
  }

  private addDelay(queue: string, settings: QueueDeclaration['arguments']): boolean {
    const { 'x-message-ttl': ms, 'x-dead-letter-routing-key': target } = settings;
    if (typeof ms !== 'number' || typeof target !== 'string') return false;
    this.delays.set(queue, { queue, target, ms });
    return true;
  }

  private async declareOne(queue: string): Promise<void> {
    const attributes = {
      MessageRetentionPeriod: `${DAYS_14}`,
      DelaySeconds: '0',
      // In this mode FIFO queues are limited for each key, not in sum.
      ...(this.isFifo(queue) && {
        FifoQueue: 'true',
        DeduplicationScope: 'messageGroup',
        FifoThroughputLimit: 'perMessageGroupId',
      }),
    };
    const url = await this.find(queue).catch((error) => {
      if (error instanceof RabbitRejection) return undefined;
      throw error;
    });
    if (!url) {
      await this.create(queue, attributes);
      return;
    }
    const differences = await this.differencesAt(url, attributes);
    if (differences.length === 0) return;
    const name = this.nameOf(queue);
    throw new Error(
      `SQS: the queue ${name} exists with other attributes (${differences.join(', ')}); change or delete it`,
    );
  }

  private async create(queue: string, Attributes: Record<string, string>): Promise<string> {
    const request = { QueueName: this.nameOf(queue), Attributes };
    const { QueueUrl } = await this.connection.call((sqs, options) => sqs.createQueue(request, options));
    this.urls.set(queue, Promise.resolve(QueueUrl!));
    return QueueUrl!;
  }

  /** What a server does not tell is no difference: ElasticMQ keeps messages without limit. */
  private async differencesAt(QueueUrl: string, attributes: Record<string, string>): Promise<string[]> {
    const request = { QueueUrl, AttributeNames: ['All' as const] };
    const { Attributes = {} } = await this.connection.call((sqs, options) => sqs.getQueueAttributes(request, options));
    const found = Attributes as Record<string, string | undefined>;
    return Object.entries(attributes)
      .filter(([name, value]) => found[name] !== undefined && found[name] !== value)
      .map(([name, value]) => `${name} is ${found[name]}, not ${value}`);
  }

  private async find(queue: string): Promise<string> {
    const QueueName = this.nameOf(queue);
    try {
      const { QueueUrl } = await this.connection.call((sqs, options) => sqs.getQueueUrl({ QueueName }, options));
      return QueueUrl!;
    } catch (error) {
      if (isMissing(error)) throw new RabbitRejection('RETURNED', `SQS has no queue ${QueueName}`, error);
      throw error;
    }
  }

  private nameOf(queue: string): string {
    return sqsName(queue, { fifo: this.isFifo(queue) });
  }
}
