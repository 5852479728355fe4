import amqp, { type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import { type QueueMessage, RabbitQueues } from './rabbit-queues.js';
import { type Changes, cloudEvent, type Said } from './said.js';
import { until } from './until.js';

const ANSWERS = 'test.answers';

export interface TaskChanges extends Changes {
  correlationId?: string;
}

/** A message as it was found in a queue. */
export interface QueuedMessage {
  id: string;
  type: string;
  headers: Record<string, string>;
  correlationId: string;
  body: string;
}

/** Somebody else on RabbitMQ: sends tasks, with a queue for the answers, and looks into queues. */
export class RabbitPeer {
  private readonly answers: QueuedMessage[] = [];

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
    await channel.assertQueue(ANSWERS);
    const take = (message: amqp.ConsumeMessage | null) => {
      if (message) peer.answers.push(toQueued({ ...message, body: message.content }));
    };
    await channel.consume(ANSWERS, take, { noAck: true });
    return peer;
  }

  /** Resolves with the message's id once the broker has it. Answers to it are found by its correlation id. */
  async send<Body>(task: Said<Body>, body: Body, { correlationId, ...changes }: TaskChanges = {}): Promise<string> {
    const { id, type, headers, bytes } = cloudEvent('cloudEvents:', task, body, changes);
    const properties = { messageId: id, type, headers, replyTo: ANSWERS, correlationId: correlationId ?? id };
    await this.publish(task.destination.name, bytes, properties);
    return id;
  }

  /** Sends a task and resolves with the body of its answer. */
  async ask<Body>(task: Said<Body>, body: Body): Promise<unknown> {
    const correlationId = crypto.randomUUID();
    await this.send(task, body, { correlationId });
    const [answer] = await until(`${task.type} is answered`, () => this.answered(correlationId, 1), { within: '30s' });
    return JSON.parse(answer!.body);
  }

  /** The answers with this correlation id, once there are so many; before that false. */
  answered(correlationId: string, count: number): QueuedMessage[] | false {
    const found = this.answers.filter((answer) => answer.correlationId === correlationId);
    return found.length >= count && found;
  }

  /** Takes the next message out of a queue as soon as there is one. */
  async take(queue: string): Promise<QueuedMessage> {
    return toQueued(await until(`something is in ${queue}`, () => this.queues.take(queue), { within: '30s' }));
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

  /** Resolves once the broker has it. */
  private publish(queue: string, body: Buffer, properties: Options.Publish): Promise<void> {
    const always = { mandatory: true, persistent: true, contentType: 'application/json', contentEncoding: 'utf-8' };
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
