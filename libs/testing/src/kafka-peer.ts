import { type Consumer, type Kafka, Partitioners, type Producer } from 'kafkajs';
import type { FreshTopics } from './fresh-topics.js';
import { type Changes, cloudEvent, type Said } from './said.js';
import { until } from './until.js';

/** An event as it was found in a topic. */
export interface HeardEvent {
  topic: string;
  key: string | undefined;
  type: string;
  headers: Record<string, string>;
  body: string;
}

/** Somebody else on Kafka: publishes events and hears all that is published, whoever says it. Names are without the prefix. */
export class KafkaPeer {
  private readonly events: HeardEvent[] = [];
  /** One, however many events are published at once. */
  private producer: Promise<Producer> | undefined;
  private consumer: Consumer | undefined;
  private readonly kafka: Kafka;
  private readonly prefix: string;

  constructor({ kafka, prefix }: Pick<FreshTopics, 'kafka' | 'prefix'>) {
    this.kafka = kafka;
    this.prefix = prefix;
  }

  /** Starts to hear these topics, from their beginning; they must be there. */
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
  async publish<Body>(contract: Said<Body>, body: Body, changes: Changes = {}): Promise<string> {
    this.producer ??= this.connect();
    const { id, subject, headers, bytes } = cloudEvent('ce_', contract, body, changes);
    await (await this.producer).send({
      topic: this.prefix + contract.destination.name,
      messages: [{ key: subject, headers: { 'content-type': 'application/json', ...headers }, value: bytes }],
    });
    return id;
  }

  /** What is said about a subject in a topic that is listened to, in its order, as soon as there are so many. */
  async heard(subject: string, count: number): Promise<HeardEvent[]> {
    const about = () => this.events.filter(({ key }) => key === subject);
    await until(`${count} events about ${subject} came`, () => about().length >= count, { within: '30s' });
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
