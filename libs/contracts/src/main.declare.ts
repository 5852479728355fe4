import { brokersConfig, declareTopology } from '@waybill/messaging';
import { createLogger, loadConfig, processConfig } from '@waybill/platform';
import { topology } from './topology.js';

/** Declares all topics and queues before any process needs them, then exits. */
const config = loadConfig({ LOG_LEVEL: processConfig.LOG_LEVEL, ...brokersConfig });
const logger = createLogger({ service: 'declare', level: config.LOG_LEVEL });
try {
  await declareTopology(topology, {
    rabbitmqUrl: config.RABBITMQ_URL,
    kafkaBrokers: config.KAFKA_BROKERS,
    kafkaTopicPrefix: config.KAFKA_TOPIC_PREFIX,
    kafkaRetention: config.KAFKA_RETENTION,
    logger,
  });
  logger.info({ topics: topology.topics.length, queues: topology.queues.length }, 'declared');
} catch (error) {
  logger.error({ err: error }, 'could not declare the topics and queues');
  process.exitCode = 1;
}
