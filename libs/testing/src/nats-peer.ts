import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { type Changes, cloudEvent, type TestContract } from './cloud-event.js';
import { until } from './until.js';

/** An independent NATS client that publishes events. It connects and sends again by itself. */
export class NatsPeer {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly client: JetStreamClient,
    /** Of every topic that it publishes to. */
    private readonly partitions: number,
  ) {}

  static async connect(url: string, partitions: number): Promise<NatsPeer> {
    const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
    return new NatsPeer(connection, jetstream(connection), partitions);
  }

  /** Resolves with the event's id once the server has it. */
  async publish<Body>(contract: TestContract<Body>, body: Body, changes: Changes = {}): Promise<string> {
    const { id, subject, headers: lines, bytes } = cloudEvent('ce-', contract, body, changes);
    const of = { 'content-type': 'application/json', 'record-key': subject, ...lines };
    const head = headers();
    for (const [name, value] of Object.entries(of)) head.append(name, value);
    const partition = [...Buffer.from(subject)].reduce((sum, byte) => sum + byte, 0) % this.partitions;
    const to = `topic.${contract.destination.name.replaceAll('.', '=')}.${partition}`;
    await until('NATS has the event', () => this.client.publish(to, bytes, { headers: head, msgID: id }));
    return id;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
