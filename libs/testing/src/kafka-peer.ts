import { type Consumer, type Kafka, Partitioners, type Producer } from 'kafkajs';
import { type Changes, cloudEvent, type TestContract } from './cloud-event.js';
import type { FreshTopics } from './fresh-topics.js';
import { until } from './until.js';

/** An event as it is in a topic. */
export interface ReceivedEvent {
  topic: string;
  key: string | undefined;
  type: string;
  headers: Record<string, string>;
  body: string;
}

/** An independent Kafka client: publishes events and receives all events of a topic. Names are without the prefix. */
export class KafkaPeer {
  private readonly events: ReceivedEvent[] = [];
  /** One for all concurrent publishes. */
  private producer: Promise<Producer> | undefined;
  private consumer: Consumer | undefined;
  private readonly kafka: Kafka;
  private readonly prefix: string;

  constructor({ kafka, prefix }: Pick<FreshTopics, 'kafka' | 'prefix'>) {
    this.kafka = kafka;
    this.prefix = prefix;
  }

  /** Subscribes to these topics, which must exist, from their beginning. */
  async listen(...topics: string[]): Promise<void> {
    const { prefix } = this;
    this.consumer = this.kafka.consumer({ groupId: `${prefix}listener`, allowAutoTopicCreation: false });
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: topics.map((topic) => prefix + topic), fromBeginning: true });
    await this.consumer.run({
      eachMessage: async ({ topic, message: { key, headers = {}, value } }) => {
        const text = Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, String(header)]));
        this.events.push({
          topic: topic.slice(prefix.length),
          key: key?.toString(),
          type: text.ce_type ?? '',
          headers: text,
          body: String(value),
        });
      },
    });
  }

  /** Resolves with the event's id once the broker has it. */
  async publish<Body>(contract: TestContract<Body>, body: Body, changes: Changes = {}): Promise<string> {
    this.producer ??= this.connect();
    const { id, subject, headers, bytes } = cloudEvent('ce_', contract, body, changes);
    await (await this.producer).send({
      topic: this.prefix + contract.destination.name,
      messages: [{ key: subject, headers: { 'content-type': 'application/json', ...headers }, value: bytes }],
    });
    return id;
  }

  /** The events about a subject in the subscribed topics, in order, once there are `count`. */
  async received(subject: string, count: number): Promise<ReceivedEvent[]> {
    const about = () => this.events.filter(({ key }) => key === subject);
    await until(`${count} events about ${subject} were received`, () => about().length >= count);
    return about();
  }

  async close(): Promise<void> {
    await this.consumer?.disconnect();
    await (await this.producer)?.disconnect();
  }

  private async connect(): Promise<Producer> {
    const options = { allowAutoTopicCreation: false, createPartitioner: Partitioners.DefaultPartitioner };
    const producer = this.kafka.producer(options);
    await producer.connect();
    return producer;
  }
}
