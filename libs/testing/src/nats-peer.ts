import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { type Changes, cloudEvent, type TestContract } from './cloud-event.js';
import type { QueuedMessage, TaskChanges } from './rabbit-peer.js';
import { until } from './until.js';

/** An independent NATS client: publishes events, sends tasks and reads queues. It connects and sends again by itself. */
export class NatsPeer {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly client: JetStreamClient,
    private readonly manager: JetStreamManager,
    /** Of every topic that it publishes to. */
    private readonly partitions: number,
  ) {}

  static async connect(url: string, partitions: number): Promise<NatsPeer> {
    const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    return new NatsPeer(connection, jetstream(connection), await jetstreamManager(connection), partitions);
  }

  /** Resolves with the event's id once the server has it. */
  async publish<Body>(contract: TestContract<Body>, body: Body, changes: Changes = {}): Promise<string> {
    const { id, subject, headers: lines, bytes } = cloudEvent('ce-', contract, body, changes);
    const partition = [...Buffer.from(subject)].reduce((sum, byte) => sum + byte, 0) % this.partitions;
    const head = { 'content-type': 'application/json', 'record-key': subject, ...lines };
    await this.store(`topic.${tokenOf(contract.destination.name)}.${partition}`, bytes, head);
    return id;
  }

  /** Resolves with the message's id once the server has it; it is also the default correlation id. */
  async send<Body>(
    task: TestContract<Body>,
    body: Body,
    { correlationId, ...changes }: TaskChanges = {},
  ): Promise<string> {
    const { id, type, headers: lines, bytes } = cloudEvent('ce-', task, body, changes);
    const head = { ...propertiesOf({ id, type }), 'amqp-correlation-id': correlationId ?? id, ...lines };
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
