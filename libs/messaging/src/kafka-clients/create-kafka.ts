import { Kafka, logLevel } from 'kafkajs';
import type { KafkaSettings } from './kafka-client.js';

/** kafkajs, logging at debug level: most of what it reports as errors it retries by itself. */
export function createKafka({ brokers, clientId, logger }: KafkaSettings): Kafka {
  return new Kafka({
    brokers,
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ label, log }) => {
        const { message, timestamp: _, logger: __, stack: ___, ...fields } = log;
        logger.debug({ ...fields, label }, `kafkajs: ${message}`);
      },
  });
}
