import type { Logger, TransactionRunner, Tx } from '@waybill/outbox';
import type pg from 'pg';
import type { ObjectStore } from '../claim-check/index.js';
import type { Topology } from '../contract/index.js';
import type { Middleware } from '../handling/index.js';
import type { KAFKA_CLIENTS } from '../kafka-clients/index.js';
import type { SqsOptions } from '../sqs/index.js';

/** A service's own database: transactions for handlers, single statements, and the pool for housekeeping. */
export interface MessagingDatabase extends TransactionRunner {
  pool: pg.Pool;
  autocommit: Tx;
}

export class MessagingOptions {
  /** Name of the service: consumer in the inbox, Kafka group, end of its CloudEvents source. */
  service!: string;
  database!: MessagingDatabase;
  /** Of the same database; the relay has connections of its own. */
  databaseUrl!: string;
  /** Without it, and without `sqs` and `natsUrl`, the service neither sends nor handles tasks. */
  rabbitmqUrl?: string | undefined;
  /** Tasks by Amazon SQS instead of RabbitMQ; all services of a system use the same. */
  sqs?: SqsOptions | undefined;
  /** Without them, and without `natsUrl`, the service neither publishes nor handles events. */
  kafkaBrokers?: string[] | undefined;
  /** NATS with JetStream: carries the events where there are no `kafkaBrokers`, and the tasks where there is neither `rabbitmqUrl` nor `sqs`. Default none. */
  natsUrl?: string | undefined;
  /** Client library for Kafka. Default `kafkajs`. Members of one group may differ. */
  kafkaClient?: (typeof KAFKA_CLIENTS)[number] | undefined;
  /** Prefix of every topic's and group's name; default none. For tests that share a broker. */
  kafkaTopicPrefix?: string | undefined;
  /** `retention.ms` of the topics; default without limit. */
  kafkaRetention?: string | undefined;
  topology!: Topology;
  logger!: Logger;
  /** Messages in flight, by queue. Default 20. */
  prefetch?: Record<string, number>;
  /** Events of a partition in flight: what is redelivered after a crash. Default 100. */
  batchSize?: number;
  /** Keys of a batch that are handled concurrently. Default 12, or twice `groupCommit`. */
  keyConcurrency?: number;
  /**
   * Messages whose handlers may share one transaction. Default 1: none does. More is faster where handlers are short and
   * touch few common rows; where one fails, all of its group are handled again, each by itself.
   */
  groupCommit?: number;
  /** The application's own middlewares, around its handlers' transactions, the first one outermost. Default none. */
  middlewares?: readonly Middleware[];
  /** Messages this process publishes a second, by broker; what exceeds it waits in the outbox. Default no limit. */
  publishPerSecond?: { kafka?: number; rabbitmq?: number };
  /** Where bodies over 256 KiB go; the same for all services. Default: they stay in the message. */
  objectStore?: ObjectStore | undefined;
  /**
   * Registers this service with a console by RabbitMQ, which then collects its dead letters. Default false: for services that the
   * console does not know from its own list.
   */
  registerWithConsole?: boolean | undefined;
  /** PostgreSQL schema of the libraries' tables. Default `waybill`. */
  schema?: string | undefined;
  /** Name of the system in headers, metrics and CloudEvents sources; the same for all services. Default `waybill`. */
  namespace?: string | undefined;
}
