import { type AsyncMessage, Connection, type Publisher, type SyncMessage } from 'rabbitmq-client';
import { type Changes, cloudEvent, type TestContract } from './cloud-event.js';
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
    private readonly connection: Connection,
    private readonly publisher: Publisher,
  ) {}

  static async connect(url: string): Promise<RabbitPeer> {
    const connection = new Connection(url);
    const peer = new RabbitPeer(connection, connection.createPublisher({ confirm: true }));
    await connection.queueDeclare({ queue: REPLIES, durable: true });
    connection.createConsumer({ queue: REPLIES, queueOptions: { passive: true } }, (message) => {
      peer.replies.push(toQueued(message));
    });
    return peer;
  }

  /** Resolves with the message's id once the broker has it; it is also the default correlation id of the replies. */
  async send<Body>(
    task: TestContract<Body>,
    body: Body,
    { correlationId, ...changes }: TaskChanges = {},
  ): Promise<string> {
    const { id, type, headers, bytes } = cloudEvent('cloudEvents:', task, body, changes);
    const envelope = {
      routingKey: task.destination.name,
      mandatory: true,
      durable: true,
      messageId: id,
      type,
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers,
    };
    await this.publisher.send({ ...envelope, replyTo: REPLIES, correlationId: correlationId ?? id }, bytes);
    return id;
  }

  /** Sends a task and resolves with the body of its reply. */
  async request<Body>(task: TestContract<Body>, body: Body): Promise<unknown> {
    const correlationId = crypto.randomUUID();
    await this.send(task, body, { correlationId });
    const [reply] = await until(`${task.type} has its reply`, () => this.repliesTo(correlationId, 1), {
      within: '30s',
    });
    return JSON.parse(reply!.body);
  }

  /** The replies with this correlation id, once there are `count`; false before. */
  repliesTo(correlationId: string, count: number): QueuedMessage[] | false {
    const found = this.replies.filter((reply) => reply.correlationId === correlationId);
    return found.length >= count && found;
  }

  /** Removes and returns the next message of a queue, once there is one. */
  async take(queue: string): Promise<QueuedMessage> {
    const next = () => this.connection.basicGet({ queue, noAck: true });
    return toQueued(await until(`${queue} has a message`, next, { within: '30s' }));
  }

  /** Makes a queue that nobody else declares in this test. */
  async declare(queue: string): Promise<void> {
    await this.connection.queueDeclare({ queue, durable: true, arguments: { 'x-queue-type': 'quorum' } });
  }

  /** Sends a message that was taken to another queue, as it is. */
  async forward({ id, type, headers, body }: QueuedMessage, queue: string): Promise<void> {
    const envelope = { routingKey: queue, mandatory: true, durable: true, messageId: id, type, headers };
    await this.publisher.send(
      { ...envelope, contentType: 'application/json', contentEncoding: 'utf-8' },
      Buffer.from(body),
    );
  }

  /** How many messages wait in a queue, those in somebody's hands not counted. */
  async waiting(queue: string): Promise<number> {
    return (await this.connection.queueDeclare({ queue, passive: true })).messageCount;
  }

  async close(): Promise<void> {
    await this.publisher.close();
    this.connection.unsafeDestroy();
  }
}

function toQueued({ messageId, type, headers = {}, correlationId, body }: AsyncMessage | SyncMessage): QueuedMessage {
  return {
    id: messageId ?? '',
    type: type ?? '',
    headers,
    correlationId: correlationId ?? '',
    body: Buffer.isBuffer(body) ? body.toString('utf8') : typeof body === 'string' ? body : JSON.stringify(body),
  };
}
