import { createRequire } from 'node:module';
import type { KafkaSettings } from './kafka-client.js';
import type { Kafka } from './kafkajs-types.js';
import { letKafkaJsRest } from './resting-kafkajs.js';

/** kafkajs, loaded when it is first used, so that an application without Kafka needs no Kafka client; logging at debug level: most of what it reports as errors it retries by itself. */
export function createKafka({ brokers, clientId, logger }: KafkaSettings): Kafka {
  const kafkajs: typeof import('kafkajs') = createRequire(import.meta.url)('kafkajs');
  letKafkaJsRest();
  return new kafkajs.Kafka({
    brokers,
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
    logLevel: kafkajs.logLevel.WARN,
    logCreator:
      () =>
      ({ label, log }) => {
        const { message, timestamp: _, logger: __, stack: ___, ...fields } = log;
        logger.debug({ ...fields, label }, `kafkajs: ${message}`);
      },
  });
}
