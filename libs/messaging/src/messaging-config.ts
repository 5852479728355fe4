import { z } from 'zod';
import type { CarrierOptions } from './carriers/index.js';
import { openObjectStore } from './claim-check/index.js';
import { KAFKA_CLIENTS } from './kafka-clients/index.js';
import type { MessagingOptions } from './nest/index.js';

/** What carries a system's events and tasks, and where it is, as environment variables. The same for all processes. */
export const brokersConfig = {
  EVENTS: z.enum(['kafka', 'nats']).default('kafka'),
  TASKS: z.enum(['rabbitmq', 'nats', 'sqs']).default('rabbitmq'),
  RABBITMQ_URL: z.url().optional(),
  /** RabbitMQ's management API, which says how full its queues are. Default: port 15672 on the broker's host, with its user. */
  RABBITMQ_MANAGEMENT_URL: z.url().optional(),
  /** `host:port` each, with commas. */
  KAFKA_BROKERS: z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((broker) => broker.trim())
        .filter(Boolean),
    )
    .optional(),
  /** Of topics and groups on NATS, too. */
  KAFKA_TOPIC_PREFIX: z.string().default(''),
  /** How long events are kept, in ms, on NATS too. Default: without limit. */
  KAFKA_RETENTION: z
    .string()
    .regex(/^(-1|\d+)$/, 'must be milliseconds, such as 604800000, or -1 for ever')
    .optional(),
  /** `nats://user:password@host:port`; further servers with commas. The first one's user, password and scheme count for all. */
  NATS_URL: z.string().optional(),
  /** Of a server other than Amazon's. Region and credentials are found by the AWS SDK: `AWS_REGION`, `AWS_ACCESS_KEY_ID` and so on. */
  SQS_ENDPOINT: z.url().optional(),
  /** Whether queues are FIFO queues. Default false. */
  SQS_FIFO: z.stringbool().default(false),
  /** Seconds until a task whose process died is delivered again. Default 30, at least 2. */
  SQS_VISIBILITY_TIMEOUT: z.coerce.number().optional(),
};

/** What a process with handlers reads beside its own variables. */
export const messagingConfig = {
  ...brokersConfig,
  /** The library that carries events over Kafka. */
  KAFKA_CLIENT: z.enum(KAFKA_CLIENTS).default('kafkajs'),
  /** Where bodies over 256 KiB lie; the same for all services. Default: in their messages. */
  OBJECT_STORE: z.url().transform(openObjectStore).optional(),
  /** Authorizes operators, who pause and resume consumers: `Authorization: Bearer <token>`. Default: nobody is one. */
  OPERATOR_TOKEN: z.string().min(1).optional(),
};

type BrokersConfig = z.output<z.ZodObject<typeof brokersConfig>>;
type MessagingConfig = z.output<z.ZodObject<typeof messagingConfig>>;

/** By the setting that is missing, why it is needed. */
export function missingBrokers({ EVENTS, TASKS, ...config }: BrokersConfig): Record<string, string> {
  const addresses = [
    EVENTS === 'kafka' ? ['KAFKA_BROKERS', 'EVENTS=kafka'] : ['NATS_URL', 'EVENTS=nats'],
    TASKS === 'rabbitmq' && ['RABBITMQ_URL', 'TASKS=rabbitmq'],
    TASKS === 'nats' && ['NATS_URL', 'TASKS=nats'],
  ];
  const missing = addresses.filter((pair) => pair !== false).filter(([name]) => !config[name as 'NATS_URL']?.length);
  return Object.fromEntries(missing.map(([name, because]) => [name!, `is missing, and ${because} needs it`]));
}

/** The brokers that the settings choose, and no others. */
export const carrierSettings = ({ EVENTS, TASKS, ...config }: BrokersConfig) =>
  ({
    ...(EVENTS === 'kafka' && { kafkaBrokers: config.KAFKA_BROKERS }),
    ...(TASKS === 'rabbitmq' && {
      rabbitmqUrl: config.RABBITMQ_URL,
      rabbitmqManagementUrl: config.RABBITMQ_MANAGEMENT_URL,
    }),
    ...(TASKS === 'sqs' && {
      sqs: {
        endpoint: config.SQS_ENDPOINT,
        fifo: config.SQS_FIFO,
        visibilityTimeout: config.SQS_VISIBILITY_TIMEOUT,
      },
    }),
    ...([EVENTS, TASKS].includes('nats') && { natsUrl: config.NATS_URL }),
    kafkaTopicPrefix: config.KAFKA_TOPIC_PREFIX,
    kafkaRetention: config.KAFKA_RETENTION,
  }) satisfies CarrierOptions;

/** The options of `MessagingModule` that come from the environment. */
export const messagingSettings = (config: MessagingConfig) =>
  ({
    ...carrierSettings(config),
    kafkaClient: config.KAFKA_CLIENT,
    objectStore: config.OBJECT_STORE,
  }) satisfies Partial<MessagingOptions>;
