import {
  backingServices,
  freshTopics,
  KafkaPeer,
  NatsPeer,
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

/** What carries the events of a test: a broker behind a proxy, and a client that publishes past it. */
export interface EventSide {
  proxy: TcpProxy;
  peer: Pick<KafkaPeer, 'publish' | 'close'>;
  settings: Pick<ConsumerSettings, 'kafkaBrokers' | 'kafkaTopicPrefix' | 'kafkaClient' | 'natsUrl'>;
  /** One of its own, that a test may kill. */
  server?: Pick<RunningNats, 'crash' | 'restart'>;
  /** Leaves nothing on the broker. */
  drop(): Promise<void>;
}

export async function kafkaSide(kafkaClient: MessagingOptions['kafkaClient']): Promise<EventSide> {
  const topics = freshTopics();
  await declareTopics(topics.kafka, [events], { prefix: topics.prefix });
  const proxy = await TcpProxy.toKafka(backingServices().kafka);
  return {
    proxy,
    peer: new KafkaPeer(topics),
    settings: { kafkaBrokers: [`127.0.0.1:${proxy.port}`], kafkaTopicPrefix: topics.prefix, kafkaClient },
    async drop() {
      // A member that was killed stays in its group until its session ends.
      await until('the group is empty', () => topics.drop().then(() => true));
    },
  };
}

export async function natsSide(): Promise<EventSide> {
  const server = await startNats();
  const topology = new NatsTopology({ nats: { url: server.url, name: 'test', logger: quiet }, topics: [events] });
  await topology.declare();
  await topology.close();
  const proxy = await TcpProxy.to({ host: '127.0.0.1', port: server.port });
  return {
    proxy,
    server,
    peer: await NatsPeer.connect(server.url, events.partitions),
    settings: { natsUrl: `nats://127.0.0.1:${proxy.port}` },
    drop: () => server.stop(),
  };
}
