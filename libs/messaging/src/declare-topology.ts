import type { Logger } from '@waybill/outbox';
import { Connection } from 'rabbitmq-client';
import type { Topology } from './contract/index.js';
import { createKafka, declareTopics } from './kafka/index.js';
import { declareQueues } from './rabbitmq/index.js';

export interface DeclareOptions {
  rabbitmqUrl: string;
  /** `host:port` each. */
  kafkaBrokers: string[];
  kafkaTopicPrefix?: string | undefined;
  /** `retention.ms` of the topics; default without limit. */
  kafkaRetention?: string | undefined;
  logger: Logger;
}

const CONNECT_WITHIN = 10_000;

/**
 * Declares every topic and queue, as each process does at its start, and changes nothing that is there: a step to run
 * before any process, and again. Rejects when a broker is away.
 */
export async function declareTopology(topology: Topology, options: DeclareOptions): Promise<void> {
  const { kafkaBrokers: brokers, kafkaTopicPrefix: prefix, kafkaRetention: retention, logger } = options;
  const kafka = createKafka({ brokers, clientId: 'declare', logger });
  await Promise.all([
    declareTopics(kafka, topology.topics, { prefix, retention }),
    withConnection(options.rabbitmqUrl, (connection) =>
      declareQueues(connection, topology.queues, topology.deadLetterQueues),
    ),
  ]);
}

async function withConnection(url: string, work: (connection: Connection) => Promise<void>): Promise<void> {
  const connection = new Connection({ url, connectionName: 'declare', acquireTimeout: CONNECT_WITHIN });
  // It connects again by itself; what is still wrong after a while is thrown by whoever asks it for a channel.
  connection.on('error', () => {});
  try {
    await work(connection);
  } finally {
    connection.unsafeDestroy();
  }
}
