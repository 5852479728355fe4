import amqp, { type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import { type Changes, cloudEvent, type TestContract } from './cloud-event.js';
import { type QueueMessage, RabbitQueues } from './rabbit-queues.js';
import { until } from './until.js';

const REPLIES = 'test.replies';

export interface TaskChanges extends Changes {
  correlationId?: string;
}

/** A message as it is in a queue. */
export interface QueuedMessage {
  id: string;
  type: string;
  headers: Record<string, string>;
  correlationId: string;
  body: string;
}

/** An independent RabbitMQ client: sends tasks, receives their replies, and reads queues. */
export class RabbitPeer {
  private readonly replies: QueuedMessage[] = [];

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
    private readonly queues: RabbitQueues,
  ) {}

  static async connect(url: string): Promise<RabbitPeer> {
    const connection = await amqp.connect(url, { noDelay: true });
    connection.on('error', () => {}); // the next operation rejects
    const channel = await connection.createConfirmChannel();
    const peer = new RabbitPeer(connection, channel, await RabbitQueues.connect(url));
    await channel.assertQueue(REPLIES);
    const take = (message: amqp.ConsumeMessage | null) => {
      if (message) peer.replies.push(toQueued({ ...message, body: message.content }));
    };
    await channel.consume(REPLIES, take, { noAck: true });
    return peer;
  }

  /** Resolves with the message's id once the broker has it; it is also the default correlation id of the replies. */
  async send<Body>(
    task: TestContract<Body>,
    body: Body,
    { correlationId, ...changes }: TaskChanges = {},
  ): Promise<string> {
    const { id, type, headers, bytes } = cloudEvent('cloudEvents:', task, body, changes);
    const properties = { messageId: id, type, headers, replyTo: REPLIES, correlationId: correlationId ?? id };
    await this.publish(task.destination.name, bytes, properties);
    return id;
  }

  /** Sends a task and resolves with the body of its reply. */
  async request<Body>(task: TestContract<Body>, body: Body): Promise<unknown> {
    const correlationId = crypto.randomUUID();
    await this.send(task, body, { correlationId });
    const [reply] = await until(`${task.type} has its reply`, () => this.repliesTo(correlationId, 1));
    return JSON.parse(reply!.body);
  }

  /** The replies with this correlation id, once there are `count`; false before. */
  repliesTo(correlationId: string, count: number): QueuedMessage[] | false {
    const found = this.replies.filter((reply) => reply.correlationId === correlationId);
    return found.length >= count && found;
  }

  /** Removes and returns the next message of a queue, once there is one. */
  async take(queue: string): Promise<QueuedMessage> {
    return toQueued(await until(`${queue} has a message`, () => this.queues.take(queue)));
  }

  /** Makes a queue that nobody else declares in this test. */
  async declare(queue: string): Promise<void> {
    await this.channel.assertQueue(queue, { arguments: { 'x-queue-type': 'quorum' } });
  }

  /** Sends a message that was taken to another queue, as it is. */
  async forward({ id, type, headers, body }: QueuedMessage, queue: string): Promise<void> {
    await this.publish(queue, Buffer.from(body), { messageId: id, type, headers });
  }

  /** How many messages wait in a queue, those in somebody's hands not counted. */
  waiting(queue: string): Promise<number> {
    return this.queues.count(queue);
  }

  async close(): Promise<void> {
    await Promise.all([this.connection.close(), this.queues.close()]);
  }

  private publish(queue: string, body: Buffer, properties: Options.Publish): Promise<void> {
    return this.publishRaw(queue, body, { contentType: 'application/json', contentEncoding: 'utf-8', ...properties });
  }

  /** Any bytes with any properties. Resolves once the broker has it. */
  publishRaw(queue: string, body: Buffer, properties: Options.Publish): Promise<void> {
    const always = { mandatory: true, persistent: true };
    return new Promise((resolve, reject) => {
      this.channel.sendToQueue(queue, body, { ...always, ...properties }, (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }
}

function toQueued({ properties, body }: Pick<QueueMessage, 'properties' | 'body'>): QueuedMessage {
  return {
    id: properties.messageId ?? '',
    type: properties.type ?? '',
    headers: properties.headers ?? {},
    correlationId: properties.correlationId ?? '',
    body: body.toString('utf8'),
  };
}
