import type { Logger } from '@waybill/outbox';
import type { Topology } from './contract/index.js';
import { declareTopics } from './kafka/index.js';
import { createKafka } from './kafka-clients/index.js';
import { AmqplibClient, declareQueues } from './rabbitmq/index.js';

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
 * before any process, and again. Rejects when a broker is unavailable.
 */
export async function declareTopology(topology: Topology, options: DeclareOptions): Promise<void> {
  const { kafkaBrokers: brokers, kafkaTopicPrefix: prefix, kafkaRetention: retention, logger } = options;
  const kafka = createKafka({ brokers, clientId: 'declare', logger });
  await Promise.all([declareTopics(kafka, topology.topics, { prefix, retention }), declareAt(options, topology)]);
}

async function declareAt({ rabbitmqUrl: url, logger }: DeclareOptions, topology: Topology): Promise<void> {
  const client = new AmqplibClient({ url, name: 'declare', logger, connectTimeout: CONNECT_WITHIN });
  try {
    await declareQueues(client, topology.queues, topology.deadLetterQueues);
  } finally {
    await client.close();
  }
}
