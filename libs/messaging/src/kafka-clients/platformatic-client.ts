import type {
  Acks,
  KafkaSettings,
  PartitionReader,
  ReaderOptions,
  ReaderTransactions,
  RecordProducer,
  RecordReader,
  TransactionalKafkaClient,
} from './kafka-client.js';
import { PlatformaticProducer } from './platformatic-producer.js';
import { PlatformaticReader } from './platformatic-reader.js';
import { PlatformaticTransactions } from './platformatic-transactions.js';

/** Kafka by @platformatic/kafka. The library is loaded when it is first used. */
export class PlatformaticClient implements TransactionalKafkaClient {
  constructor(private readonly settings: KafkaSettings) {}

  producer(acks: Acks): RecordProducer {
    return new PlatformaticProducer(this.settings, acks);
  }

  reader(options: ReaderOptions): RecordReader {
    return new PlatformaticReader(this.settings, options);
  }

  transactions(reader: PartitionReader): Promise<ReaderTransactions> {
    return PlatformaticTransactions.takeOver(this.settings, reader);
  }
}
