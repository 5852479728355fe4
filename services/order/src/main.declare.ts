import { topology } from '@waybill/contracts';
import { declareTopology } from '@waybill/messaging';
import { createLogger } from '@waybill/platform';
import { readDeclareConfig } from './config.js';

/** Declares all topics and queues of the system before any of its processes is there. Ends when it is done. */
const config = readDeclareConfig();
const logger = createLogger({ service: 'declare', level: config.LOG_LEVEL });
try {
  await declareTopology(topology, {
    rabbitmqUrl: config.RABBITMQ_URL,
    kafkaBrokers: config.KAFKA_BROKERS,
    kafkaTopicPrefix: config.KAFKA_TOPIC_PREFIX,
    kafkaRetention: config.KAFKA_RETENTION,
    logger,
  });
  const { topics, queues } = topology;
  logger.info({ topics: topics.length, queues: queues.length }, 'declared');
} catch (error) {
  logger.error({ err: error }, 'could not declare the topics and queues');
  process.exitCode = 1;
}
