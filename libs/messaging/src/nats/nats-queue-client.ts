import type {
  QueueDeclaration,
  QueueProducer,
  QueueProducerOptions,
  QueueReader,
  QueueReaderOptions,
  RabbitClient,
} from '../rabbitmq/index.js';
import { checkSettings } from './check-settings.js';
import { isDeclared } from './declared-stream.js';
import { LastingConnection } from './lasting-connection.js';
import { NatsQueueProducer } from './nats-queue-producer.js';
import { NatsQueueReader } from './nats-queue-reader.js';
import { streamOfQueue } from './nats-queues.js';
import type { NatsSettings } from './nats-settings.js';

/** Tasks and replies by NATS JetStream instead of RabbitMQ: a queue is a stream, an exclusive queue a subject. */
export class NatsQueueClient implements RabbitClient {
  private readonly connection: LastingConnection;

  constructor(settings: NatsSettings) {
    this.connection = new LastingConnection(settings);
  }

  get isConnected(): boolean {
    return this.connection.isConnected;
  }

  /** Rejects with what to do when NATS cannot be used with these settings; a server that is unavailable is no error. */
  check(): Promise<void> {
    return checkSettings(this.connection.settings);
  }

  async declareQueues(queues: readonly QueueDeclaration[]): Promise<void> {
    const { manager } = await this.connection.get();
    for (const stream of queues.map(streamOfQueue))
      if (!(await isDeclared(manager, stream))) await manager.streams.add(stream);
  }

  producer(options: QueueProducerOptions): QueueProducer {
    return new NatsQueueProducer(this.connection, options);
  }

  reader(options: QueueReaderOptions): QueueReader {
    return new NatsQueueReader(this.connection, options);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }
}
