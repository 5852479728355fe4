import type { QueueDepth, QueueDepths } from '../rabbitmq/index.js';
import { LastingConnection } from './lasting-connection.js';
import { queueStreams } from './nats-queues.js';
import type { NatsSettings } from './nats-settings.js';

/** All queues of a server, retry queues included, where a message counts until it has been handled after its delay. */
export class NatsQueueDepths implements QueueDepths {
  private readonly connection: LastingConnection;

  constructor(settings: NatsSettings) {
    this.connection = new LastingConnection(settings);
  }

  async depths(): Promise<Map<string, QueueDepth>> {
    const { manager } = await this.connection.get();
    const depths = new Map<string, QueueDepth>();
    for await (const { queue, state } of queueStreams(manager)) {
      const { messages, first_ts } = state;
      // The server's clock may be ahead of ours.
      const age = messages === 0 ? 0 : Math.max(0, Date.now() - Date.parse(first_ts));
      depths.set(queue, { messages, age });
    }
    return depths;
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
