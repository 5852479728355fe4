import { AmqplibClient } from './amqplib-client.js';
import type { Topology } from './contract.js';
import { createKafka } from './create-kafka.js';
import { declareTopics } from './kafka-topology.js';
import { declareQueues } from './rabbit-topology.js';
import type { Logger } from './surroundings.js';

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
