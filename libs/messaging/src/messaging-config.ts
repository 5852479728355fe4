import { z } from 'zod';
import { openObjectStore } from './claim-check/index.js';
import { KAFKA_CLIENTS } from './kafka-clients/index.js';
import type { MessagingOptions } from './nest/index.js';

/** Where the brokers are and what they are to keep, as environment variables. */
export const brokersConfig = {
  RABBITMQ_URL: z.url(),
  /** `host:port` each, with commas. */
  KAFKA_BROKERS: z.string().transform((text) => text.split(',').map((broker) => broker.trim())),
  KAFKA_TOPIC_PREFIX: z.string().default(''),
  KAFKA_RETENTION: z.string().optional(),
};

/** What a process with handlers reads beside its own variables. */
export const messagingConfig = {
  ...brokersConfig,
  /** The library that carries events. */
  KAFKA_CLIENT: z.enum(KAFKA_CLIENTS).default('kafkajs'),
  /** Where bodies over 256 KiB lie; the same for all services. Default: in their messages. */
  OBJECT_STORE: z.url().transform(openObjectStore).optional(),
};

type MessagingConfig = z.output<z.ZodObject<typeof messagingConfig>>;

/** The options of `MessagingModule` that come from the environment. */
export const messagingSettings = (config: MessagingConfig) =>
  ({
    rabbitmqUrl: config.RABBITMQ_URL,
    kafkaBrokers: config.KAFKA_BROKERS,
    kafkaTopicPrefix: config.KAFKA_TOPIC_PREFIX,
    kafkaRetention: config.KAFKA_RETENTION,
    kafkaClient: config.KAFKA_CLIENT,
    objectStore: config.OBJECT_STORE,
  }) satisfies Partial<MessagingOptions>;
