import type { Topic } from '../contract/index.js';
import {
  KafkaTopicOffsets,
  KafkaTopology,
  type TopicOffsets,
  TopicProgress,
  type TopicReader,
  type TopicTopology,
} from '../kafka/index.js';
import {
  createKafka,
  type KafkaClient,
  KafkaJsClient,
  KafkaLatestRecords,
  type LatestRecords,
  PlatformaticClient,
  type UnreadEvents,
  UnreadRecords,
} from '../kafka-clients/index.js';
import {
  NatsLatestRecords,
  NatsLogClient,
  NatsTopicOffsets,
  NatsTopicProgress,
  NatsTopology,
  NatsUnread,
} from '../nats/index.js';
import type { CarrierOptions, ConnectionOptions } from './carrier-options.js';

/** What carries the events. Each thing that it makes connects when it is first used, and is closed by itself. */
export interface EventCarrier {
  readonly broker: 'kafka' | 'nats';
  client(): KafkaClient;
  topology(topics: readonly Topic[], readers?: readonly TopicReader[]): TopicTopology;
  /** How far a group has read. */
  progress(group: string): Pick<TopicProgress, 'of' | 'close'>;
  /** What groups have not read, seen from outside. */
  unread(): UnreadEvents;
  /** What is in the topics, the latest first. */
  latest(): LatestRecords;
  /** Of a group and what it reads, named as the broker knows them. */
  offsets(group: string, topics: readonly string[]): TopicOffsets;
}

export const carriesEvents = ({ kafkaBrokers, natsUrl }: CarrierOptions): boolean =>
  Boolean(kafkaBrokers?.length || natsUrl);

/** Kafka, or NATS where the options name no broker of Kafka. */
export function eventCarrier(options: ConnectionOptions): EventCarrier {
  const { kafkaBrokers, natsUrl } = options;
  return natsUrl && !kafkaBrokers?.length ? natsCarrier(options, natsUrl) : kafkaCarrier(options, kafkaBrokers);
}

function kafkaCarrier(options: ConnectionOptions, brokers: string[] = []): EventCarrier {
  const { kafkaClient, name: clientId, logger, kafkaTopicPrefix: prefix, kafkaRetention: retention } = options;
  const settings = { brokers, clientId, logger };
  const kafka = createKafka(settings);
  return {
    broker: 'kafka',
    client: () => (kafkaClient === '@platformatic/kafka' ? new PlatformaticClient(settings) : new KafkaJsClient(kafka)),
    topology: (topics, readers) => new KafkaTopology({ kafka, topics, readers, prefix, retention }),
    progress: (group) => new TopicProgress(kafka, group, prefix),
    unread: () => new UnreadRecords(settings),
    latest: () => new KafkaLatestRecords(settings),
    offsets: (group, read) => new KafkaTopicOffsets(kafka, group, read),
  };
}

function natsCarrier(options: ConnectionOptions, url: string): EventCarrier {
  const { name, logger, kafkaTopicPrefix: prefix, kafkaRetention: retention } = options;
  const nats = { url, name, logger };
  return {
    broker: 'nats',
    client: () => new NatsLogClient(nats),
    topology: (topics, readers) => new NatsTopology({ nats, topics, readers, prefix, retention }),
    progress: (group) => new NatsTopicProgress(nats, group, prefix),
    unread: () => new NatsUnread(nats),
    latest: () => new NatsLatestRecords(nats),
    offsets: (group, read) => new NatsTopicOffsets(nats, group, read),
  };
}
