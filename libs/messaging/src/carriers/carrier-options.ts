import type { Logger } from '@waybill/outbox';
import type { KAFKA_CLIENTS } from '../kafka-clients/index.js';
import type { SqsOptions } from '../sqs/index.js';

/** Where the brokers are that carry a system's events and tasks; the same for all of its services. */
export class CarrierOptions {
  /** Without it, and without `sqs` and `natsUrl`, there are no tasks. */
  rabbitmqUrl?: string | undefined;
  /** RabbitMQ's management API. Default: port 15672 on the broker's host, with its user. */
  rabbitmqManagementUrl?: string | undefined;
  /** Tasks by Amazon SQS instead of RabbitMQ. */
  sqs?: SqsOptions | undefined;
  /** Without them, and without `natsUrl`, there are no events. */
  kafkaBrokers?: string[] | undefined;
  /**
   * NATS with JetStream: carries the events where there are no `kafkaBrokers`, and the tasks where there is neither `rabbitmqUrl`
   * nor `sqs`. Default none.
   */
  natsUrl?: string | undefined;
  /** Client library for Kafka. Default `kafkajs`. Members of one group may differ. */
  kafkaClient?: (typeof KAFKA_CLIENTS)[number] | undefined;
  /** Prefix of every topic's and group's name; default none. For tests that share a broker. */
  kafkaTopicPrefix?: string | undefined;
  /** How long events are kept, in ms; default without limit. */
  kafkaRetention?: string | undefined;
}

/** Who connects. */
export interface ConnectionOptions extends CarrierOptions {
  /** In the brokers' lists of clients. */
  name: string;
  logger: Logger;
}
