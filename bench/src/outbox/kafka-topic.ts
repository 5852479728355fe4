import { createKafka } from '@waybill/messaging';
import { backingServices, uniqueName } from '@waybill/testing';
import { type Consumer, type Kafka, Partitioners, type Producer } from 'kafkajs';
import { QUIET } from './outbox-database.js';

/** A topic for one benchmark; `drop` deletes it. */
export class KafkaTopic {
  private constructor(
    readonly kafka: Kafka,
    readonly name: string,
  ) {}

  /** Six partitions, like the services' topics. */
  static async create(): Promise<KafkaTopic> {
    const kafka = createKafka({ brokers: [backingServices().kafka], clientId: 'bench', logger: QUIET });
    const name = uniqueName('bench');
    await withAdmin(kafka, (admin) =>
      admin.createTopics({ topics: [{ topic: name, numPartitions: 6 }], waitForLeaders: true }),
    );
    return new KafkaTopic(kafka, name);
  }

  /** Idempotent, for sending with acks=all, like the relay's. */
  async producer(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  /** Calls `onMessage` with the id of each message on arrival. Resolves when it polls. */
  async consumer(onMessage: (id: string) => void): Promise<Consumer> {
    const consumer = this.kafka.consumer({ groupId: this.name });
    const joined = new Promise<unknown>((resolve) => consumer.on('consumer.group_join', resolve));
    await consumer.connect();
    await consumer.subscribe({ topic: this.name, fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => onMessage(String(message.headers?.ce_id)) });
    await joined;
    return consumer;
  }

  async drop(): Promise<void> {
    await withAdmin(this.kafka, (admin) => admin.deleteTopics({ topics: [this.name] }));
  }
}

async function withAdmin(kafka: Kafka, work: (admin: ReturnType<Kafka['admin']>) => Promise<unknown>): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    await work(admin);
  } finally {
    await admin.disconnect();
  }
}
