import {
  backingServices,
  freshTopics,
  freshVhost,
  KafkaPeer,
  NatsPeer,
  RabbitPeer,
  startNats,
  TcpProxy,
  until,
} from '@waybill/testing';
import { declareTopics } from '../kafka/index.js';
import type { KAFKA_CLIENTS } from '../kafka-clients/index.js';
import { NatsTopology } from '../nats/index.js';
import { type ConsumerSettings, events } from './consumer.fixture.js';
import { quiet } from './workbench.fixture.js';

/** A broker behind a proxy, and a client that sends past it. */
interface Carrier<Peer> {
  /** How the consumer connects, by way of the proxy. */
  settings: Partial<ConsumerSettings>;
  peer: Peer;
  proxy: TcpProxy;
  /** One of its own, that a test may kill. */
  server?: { crash(): Promise<void>; restart(): Promise<void> };
  /** Leaves nothing on the broker. */
  close(): Promise<void>;
}

export type TaskCarrier = Carrier<Pick<RabbitPeer, 'send' | 'waiting' | 'take' | 'forward'>>;
type EventCarrier = Carrier<Pick<KafkaPeer, 'publish'>>;

/** What carries the messages of a test. */
export interface Carriers {
  settings: Partial<ConsumerSettings>;
  tasks: TaskCarrier['peer'];
  events: EventCarrier['peer'];
  /** Of tasks and of events. */
  proxies: { rabbitmq: TcpProxy; kafka: TcpProxy };
  server?: Carrier<unknown>['server'];
  close(): Promise<void>;
}

/** The tests' own RabbitMQ and Kafka. */
export const rabbitAndKafka = (): Promise<Carriers> => rabbitAndKafkaBy('kafkajs');

export const rabbitAndKafkaBy = async (client: (typeof KAFKA_CLIENTS)[number]): Promise<Carriers> =>
  together(await rabbit(), await kafkaBy(client));

/** Tasks by another broker, events by the tests' own Kafka. */
export const tasksBy = async (open: () => Promise<TaskCarrier>): Promise<Carriers> =>
  together(await open(), await kafkaBy('kafkajs'));

/** A NATS server of its own for both. */
export async function natsAlone(): Promise<Carriers> {
  const server = await startNats();
  const topology = new NatsTopology({ nats: { url: server.url, name: 'test', logger: quiet }, topics: [events] });
  await topology.declare();
  await topology.close();
  const proxy = await TcpProxy.to({ host: '127.0.0.1', port: server.port });
  const peer = await NatsPeer.connect(server.url);
  return {
    settings: { natsUrl: `nats://127.0.0.1:${proxy.port}` },
    tasks: peer,
    events: peer,
    proxies: { rabbitmq: proxy, kafka: proxy },
    server,
    async close() {
      await peer.close();
      await proxy.close();
      await server.stop();
    },
  };
}

function together(tasks: TaskCarrier, events: EventCarrier): Carriers {
  return {
    settings: { ...tasks.settings, ...events.settings },
    tasks: tasks.peer,
    events: events.peer,
    proxies: { rabbitmq: tasks.proxy, kafka: events.proxy },
    ...(tasks.server && { server: tasks.server }),
    async close() {
      await Promise.all([tasks.close(), events.close()]);
    },
  };
}

async function rabbit(): Promise<TaskCarrier> {
  const vhost = await freshVhost();
  const url = new URL(vhost.url);
  const proxy = await TcpProxy.to({ host: url.hostname, port: Number(url.port) });
  const peer = await RabbitPeer.connect(vhost.url);
  url.port = String(proxy.port);
  return {
    settings: { rabbitmqUrl: url.href },
    peer,
    proxy,
    async close() {
      await peer.close();
      await proxy.close();
      await vhost.drop();
    },
  };
}

async function kafkaBy(kafkaClient: (typeof KAFKA_CLIENTS)[number]): Promise<EventCarrier> {
  const topics = freshTopics();
  await declareTopics(topics.kafka, [events], { prefix: topics.prefix });
  const proxy = await TcpProxy.toKafka(backingServices().kafka);
  const peer = new KafkaPeer(topics);
  return {
    settings: { kafkaBrokers: [`127.0.0.1:${proxy.port}`], kafkaTopicPrefix: topics.prefix, kafkaClient },
    peer,
    proxy,
    async close() {
      await peer.close();
      await proxy.close();
      // A member that was killed stays in its group until its session ends.
      await until('the group is empty', () => topics.drop().then(() => true));
    },
  };
}
