import type { Acks, KafkaClient, ReaderOptions, RecordProducer, RecordReader } from '../kafka-clients/index.js';
import { checkSettings } from './check-settings.js';
import { NatsProducer } from './nats-producer.js';
import { NatsReader } from './nats-reader.js';
import type { NatsSettings } from './nats-settings.js';

/** Events by NATS JetStream instead of Kafka: a topic is a stream, a partition one of its subjects, a group's offset a durable consumer. */
export class NatsLogClient implements KafkaClient {
  constructor(private readonly settings: NatsSettings) {}

  /** Rejects with what to do when NATS cannot be used with these settings; a server that is unavailable is no error. */
  check(): Promise<void> {
    return checkSettings(this.settings);
  }

  producer(acks: Acks): RecordProducer {
    return new NatsProducer(this.settings, acks);
  }

  reader(options: ReaderOptions): RecordReader {
    return new NatsReader(this.settings, options);
  }
}
