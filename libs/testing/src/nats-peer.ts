import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { type Changes, cloudEvent, type TestContract } from './cloud-event.js';
import type { ReceivedEvent } from './kafka-peer.js';
import type { QueuedMessage, TaskChanges } from './rabbit-peer.js';
import { until } from './until.js';

const REPLIES = 'test-replies';

/** An independent NATS client: publishes events, sends tasks and reads queues. It connects and sends again by itself. */
export class NatsPeer {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
  ) {}

  /** The user and password of the URL count. */
  static async connect(url: string): Promise<NatsPeer> {
    const { host: servers, username, password } = new URL(url);
    const user = username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {};
    const connection = await connect({ servers, ...user, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    return new NatsPeer(connection, jetstream(connection), await jetstreamManager(connection));
  }

  /** Resolves with the event's id once the server has it. */
  async publish<Body>(contract: TestContract<Body>, body: Body, changes: Changes = {}): Promise<string> {
    const { id, subject, headers: lines, bytes } = cloudEvent('ce-', contract, body, changes);
    const topic = tokenOf(contract.destination.name);
    const { partitions, isCompacted } = await this.layoutOf(topic);
    const partition = [...Buffer.from(subject)].reduce((sum, byte) => sum + byte, 0) % partitions;
    const head = { 'content-type': 'application/json', 'record-key': subject, ...lines };
    await this.store(`topic.${topic}.${partition}${isCompacted ? `.${tokenOf(subject)}` : ''}`, bytes, head);
    return id;
  }

  /** The events about a subject in a topic, in order, once there are `count`. */
  async received(topic: string, subject: string, count: number): Promise<ReceivedEvent[]> {
    const about = async () => (await this.eventsIn(topic)).filter(({ key }) => key === subject);
    return until(`${count} events about ${subject} were received`, async () => {
      const found = await about();
      return found.length >= count && found;
    });
  }

  /** From now on a topic accepts no larger event; -1: any size. */
  async limitTopic(topic: string, bytes: number): Promise<void> {
    await this.manager.streams.update(`topic-${tokenOf(topic)}`, { max_msg_size: bytes });
  }

  /** Names of topics and of queues, whoever declared them. */
  async names(kind: 'topic' | 'queue'): Promise<string[]> {
    const names: string[] = [];
    for await (const { config } of this.manager.streams.list()) names.push(config.name);
    const ofKind = names.filter((name) => name.startsWith(`${kind}-`));
    return ofKind.map((name) => name.slice(kind.length + 1).replaceAll('=', '.'));
  }

  /** Sends a task and resolves with the body of its reply. */
  async request<Body>(task: TestContract<Body>, body: Body): Promise<unknown> {
    await this.manager.streams.add({ name: streamOf(REPLIES), subjects: [`queue.${REPLIES}`], retention: 'workqueue' });
    const correlationId = await this.send(task, body, { replyTo: REPLIES });
    const reply = await until(`${task.type} has its reply`, async () => {
      const next = await this.take(REPLIES);
      return next.correlationId === correlationId && next;
    });
    return JSON.parse(reply.body);
  }

  /** Resolves with the message's id once the server has it; it is also the default correlation id. */
  async send<Body>(
    task: TestContract<Body>,
    body: Body,
    { correlationId, replyTo, ...changes }: TaskChanges & { replyTo?: string } = {},
  ): Promise<string> {
    const { id, type, headers: lines, bytes } = cloudEvent('ce-', task, body, changes);
    const reply = replyTo && { 'amqp-reply-to': replyTo };
    const head = { ...propertiesOf({ id, type }), 'amqp-correlation-id': correlationId ?? id, ...reply, ...lines };
    await this.store(`queue.${tokenOf(task.destination.name)}`, bytes, head);
    return id;
  }

  /** How many messages are in a queue, those in somebody's hands included. */
  async waiting(queue: string): Promise<number> {
    return (await this.manager.streams.info(streamOf(queue))).state.messages;
  }

  /** Removes and returns the next message of a queue that nobody reads, once there is one. */
  async take(queue: string): Promise<QueuedMessage> {
    const stream = streamOf(queue);
    const seq = await until(`${queue} has a message`, async () => {
      const { state } = await this.manager.streams.info(stream);
      return state.messages > 0 && state.first_seq;
    });
    const message = await this.manager.streams.getMessage(stream, { seq });
    await this.manager.streams.deleteMessage(stream, seq);
    return toQueued(message!.header, message!.data);
  }

  /** Sends a message that was taken to another queue, as it is. */
  async forward({ id, type, headers: lines, body }: QueuedMessage, queue: string): Promise<void> {
    const attributes = Object.entries(lines).map(([name, value]) => [name.replace(/^cloudEvents:/, 'ce-'), value]);
    await this.store(`queue.${tokenOf(queue)}`, body, {
      ...propertiesOf({ id, type }),
      ...Object.fromEntries(attributes),
    });
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  private async layoutOf(topic: string) {
    const { config } = await this.manager.streams.info(`topic-${topic}`);
    return { partitions: Number(config.metadata?.partitions), isCompacted: config.max_msgs_per_subject === 1 };
  }

  /** All that is there now. */
  private async eventsIn(topic: string): Promise<ReceivedEvent[]> {
    const stream = `topic-${tokenOf(topic)}`;
    const { state } = await this.manager.streams.info(stream);
    const events: ReceivedEvent[] = [];
    for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
      const message = await this.manager.streams.getMessage(stream, { seq });
      if (message) events.push(toEvent(topic, message.header, message.data));
    }
    return events;
  }

  /** What was stored already when the server's reply was lost is not stored again. */
  private async store(subject: string, body: Buffer | string, lines: Record<string, string>): Promise<void> {
    const head = headers();
    for (const [name, value] of Object.entries(lines)) head.append(name, value);
    const msgID = crypto.randomUUID();
    await until('NATS has the message', () => this.client.publish(subject, body, { headers: head, msgID }));
  }
}

const tokenOf = (name: string): string => name.replaceAll('.', '=');
const streamOf = (queue: string): string => `queue-${tokenOf(queue)}`;

const propertiesOf = ({ id, type }: Pick<QueuedMessage, 'id' | 'type'>) => ({
  'amqp-content-type': 'application/json',
  'amqp-message-id': id,
  'amqp-type': type,
});

function toEvent(topic: string, head: MsgHdrs, data: Uint8Array): ReceivedEvent {
  const lines = head.keys().map((name) => [name.replace(/^ce-/, 'ce_'), decodeURIComponent(head.get(name))]);
  const headers: Record<string, string> = Object.fromEntries(lines);
  const key = head.has('record-key') ? decodeURIComponent(head.get('record-key')) : undefined;
  return { topic, key, type: headers.ce_type ?? '', headers, body: Buffer.from(data).toString('utf8') };
}

function toQueued(head: MsgHdrs, data: Uint8Array): QueuedMessage {
  const names = head.keys().filter((name) => !name.startsWith('amqp-'));
  const lines = names.map((name) => [name.replace(/^ce-/, 'cloudEvents:'), decodeURIComponent(head.get(name))]);
  return {
    id: head.get('amqp-message-id'),
    type: head.get('amqp-type'),
    headers: Object.fromEntries(lines),
    correlationId: head.get('amqp-correlation-id'),
    body: Buffer.from(data).toString('utf8'),
  };
}
