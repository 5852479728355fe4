import {
  backingServices,
  freshTopics,
  freshVhost,
  KafkaPeer,
  NatsPeer,
  RabbitPeer,
  type RunningNats,
  startNats,
  TcpProxy,
  until,
} from '@waybill/testing';
import { declareTopics } from '../kafka/index.js';
import { NatsTopology } from '../nats/index.js';
import type { MessagingOptions } from '../nest/index.js';
import { type ConsumerSettings, events } from './consumer.fixture.js';
import { quiet } from './workbench.fixture.js';

/** What carries the messages of a test: brokers behind proxies, and clients that send past these. */
export interface Carriers {
  settings: Pick<ConsumerSettings, 'rabbitmqUrl' | 'kafkaBrokers' | 'kafkaTopicPrefix' | 'kafkaClient' | 'natsUrl'>;
  tasks: Pick<RabbitPeer, 'send' | 'waiting' | 'take' | 'forward' | 'close'>;
  events: Pick<KafkaPeer, 'publish' | 'close'>;
  /** Of tasks and of events. */
  proxies: { rabbitmq: TcpProxy; kafka: TcpProxy };
  /** One of its own, that a test may kill. */
  server?: Pick<RunningNats, 'crash' | 'restart'>;
  /** Leaves nothing on the brokers. */
  drop(): Promise<void>;
}

/** The tests' own RabbitMQ and Kafka. */
export async function rabbitAndKafka(kafkaClient: MessagingOptions['kafkaClient']): Promise<Carriers> {
  const vhost = await freshVhost();
  const topics = freshTopics();
  await declareTopics(topics.kafka, [events], { prefix: topics.prefix });
  const { hostname: host, port } = new URL(vhost.url);
  const proxies = {
    rabbitmq: await TcpProxy.to({ host, port: Number(port) }),
    kafka: await TcpProxy.toKafka(backingServices().kafka),
  };
  const rabbitmqUrl = new URL(vhost.url);
  rabbitmqUrl.port = String(proxies.rabbitmq.port);
  return {
    settings: {
      rabbitmqUrl: rabbitmqUrl.href,
      kafkaBrokers: [`127.0.0.1:${proxies.kafka.port}`],
      kafkaTopicPrefix: topics.prefix,
      kafkaClient,
    },
    tasks: await RabbitPeer.connect(vhost.url),
    events: new KafkaPeer(topics),
    proxies,
    async drop() {
      await vhost.drop();
      // A member that was killed stays in its group until its session ends.
      await until('the group is empty', () => topics.drop().then(() => true));
    },
  };
}

/** A NATS server of its own for both. */
export async function natsAlone(): Promise<Carriers> {
  const server = await startNats();
  const topology = new NatsTopology({ nats: { url: server.url, name: 'test', logger: quiet }, topics: [events] });
  await topology.declare();
  await topology.close();
  const proxy = await TcpProxy.to({ host: '127.0.0.1', port: server.port });
  const peer = await NatsPeer.connect(server.url, events.partitions);
  return {
    settings: { natsUrl: `nats://127.0.0.1:${proxy.port}` },
    tasks: peer,
    events: peer,
    proxies: { rabbitmq: proxy, kafka: proxy },
    server,
    drop: () => server.stop(),
  };
}
