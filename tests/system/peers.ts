import {
  KafkaPeer,
  NatsPeer,
  type RabbitPeer as Rabbit,
  RabbitPeer,
  type ReceivedEvent,
  SqsPeer,
} from '@waybill/testing';
import { ConfigResourceTypes, Kafka, logLevel } from 'kafkajs';
import { endpoints, queueNames } from './running-system.js';

/** Foreign programs that speak to what carries the tasks and the events of the running system. */

export interface TaskPeer extends Pick<Rabbit, 'send' | 'request' | 'close'> {
  /** Characters. The broker accepts a body of this length, with all headers. */
  readonly longest: number;
  /** Names of all queues, whoever declared them. */
  queueNames(): Promise<string[]>;
}

export interface EventPeer extends Pick<KafkaPeer, 'publish' | 'close'> {
  /** Names of all topics, whoever declared them. */
  topicNames(): Promise<string[]>;
  /** The events about a subject in a topic, in order, once there are `count`. */
  received(topic: string, subject: string, count: number): Promise<ReceivedEvent[]>;
  /** From now on a topic accepts no event that is larger, in bytes; undefined: as before. */
  limitSize(topic: string, bytes: number | undefined): Promise<void>;
}

export interface Peers {
  tasks: TaskPeer;
  events: EventPeer;
  close(): Promise<void>;
}

/** To the carriers of the running system. */
export async function connectPeers(): Promise<Peers> {
  const { events: log, tasks: queue } = endpoints();
  const [tasks, events] = await Promise.all([TASKS[queue]!(), EVENTS[log]!()]);
  return {
    tasks,
    events,
    async close() {
      await Promise.all([tasks.close(), events.close()]);
    },
  };
}

const MEGABYTE = 1_000_000;

const TASKS: Record<string, () => Promise<TaskPeer>> = {
  async rabbitmq() {
    const peer = await RabbitPeer.connect(endpoints().rabbitmq);
    return Object.assign(peer, { longest: 2 * MEGABYTE, queueNames });
  },
  async nats() {
    const peer = await NatsPeer.connect(endpoints().nats);
    return Object.assign(peer, { longest: 0.9 * MEGABYTE, queueNames: () => peer.names('queue') });
  },
  async sqs() {
    const peer = new SqsPeer(endpoints().sqs);
    return Object.assign(peer, { longest: 0.9 * MEGABYTE, queueNames: () => peer.names() });
  },
};

const EVENTS: Record<string, () => Promise<EventPeer>> = {
  async kafka() {
    const kafka = new Kafka({ brokers: [endpoints().kafka], logLevel: logLevel.NOTHING });
    const peer = new KafkaPeer({ kafka, prefix: '' });
    const admin = kafka.admin();
    await admin.connect();
    return {
      publish: (...event) => peer.publish(...event),
      topicNames: () => admin.listTopics(),
      async received(topic, subject, count) {
        await peer.listen(topic);
        return peer.received(subject, count);
      },
      async limitSize(name, bytes) {
        const settings = { 'retention.ms': '-1', ...(bytes && { 'max.message.bytes': String(bytes) }) };
        const configEntries = Object.entries(settings).map(([key, value]) => ({ name: key, value }));
        const resources = [{ type: ConfigResourceTypes.TOPIC, name, configEntries }];
        await admin.alterConfigs({ validateOnly: false, resources });
      },
      async close() {
        await Promise.all([peer.close(), admin.disconnect()]);
      },
    };
  },
  async nats() {
    const peer = await NatsPeer.connect(endpoints().nats);
    return Object.assign(peer, {
      topicNames: () => peer.names('topic'),
      limitSize: (topic: string, bytes = -1) => peer.limitTopic(topic, bytes),
    });
  },
};
