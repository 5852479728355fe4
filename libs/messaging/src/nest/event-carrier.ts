import { KafkaTopology, TopicProgress, type TopicReader, type TopicTopology } from '../kafka/index.js';
import { createKafka, type KafkaClient, KafkaJsClient, PlatformaticClient } from '../kafka-clients/index.js';
import { NatsLogClient, NatsTopicProgress, NatsTopology } from '../nats/index.js';
import type { MessagingOptions } from './messaging.options.js';

/** What carries the events. */
export interface EventCarrier {
  client: KafkaClient;
  topology(reader: TopicReader): TopicTopology;
  /** Of this service. */
  progress(): Pick<TopicProgress, 'of' | 'close'>;
}

export const carriesEvents = ({ kafkaBrokers, natsUrl }: MessagingOptions): boolean =>
  kafkaBrokers !== undefined || natsUrl !== undefined;

export const carriesTasks = ({ rabbitmqUrl, sqs, natsUrl }: MessagingOptions): boolean =>
  rabbitmqUrl !== undefined || sqs !== undefined || natsUrl !== undefined;

/** Kafka, or NATS where the options name no broker of Kafka. */
export function eventCarrier(options: MessagingOptions): EventCarrier {
  const { kafkaBrokers, natsUrl } = options;
  return natsUrl && !kafkaBrokers ? natsCarrier(options, natsUrl) : kafkaCarrier(options, kafkaBrokers);
}

function kafkaCarrier(options: MessagingOptions, brokers: string[] = []): EventCarrier {
  const { kafkaClient, service, logger, topology } = options;
  const settings = { brokers, clientId: service, logger };
  const kafka = createKafka(settings);
  return {
    client: kafkaClient === '@platformatic/kafka' ? new PlatformaticClient(settings) : new KafkaJsClient(kafka),
    topology: (reader) => new KafkaTopology({ kafka, ...topology, ...namesOf(options), readers: [reader] }),
    progress: () => new TopicProgress(kafka, service, options.kafkaTopicPrefix),
  };
}

function natsCarrier(options: MessagingOptions, url: string): EventCarrier {
  const { service: name, logger, topology } = options;
  const nats = { url, name, logger };
  return {
    client: new NatsLogClient(nats),
    topology: (reader) => new NatsTopology({ nats, ...topology, ...namesOf(options), readers: [reader] }),
    progress: () => new NatsTopicProgress(nats, name, options.kafkaTopicPrefix),
  };
}

const namesOf = ({ kafkaTopicPrefix: prefix, kafkaRetention: retention }: MessagingOptions) => ({ prefix, retention });
