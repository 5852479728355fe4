import type { Acks, KafkaClient, KafkaSettings, ReaderOptions, RecordProducer, RecordReader } from './kafka-client.js';
import { PlatformaticProducer } from './platformatic-producer.js';
import { PlatformaticReader } from './platformatic-reader.js';

/** Kafka by @platformatic/kafka. The library is loaded when it is first used. */
export class PlatformaticClient implements KafkaClient {
  constructor(private readonly settings: KafkaSettings) {}

  producer(acks: Acks): RecordProducer {
    return new PlatformaticProducer(this.settings, acks);
  }

  reader(options: ReaderOptions): RecordReader {
    return new PlatformaticReader(this.settings, options);
  }
}
