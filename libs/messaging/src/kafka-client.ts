import { type ISocketFactory, Kafka, logLevel } from 'kafkajs';
import type { Logger } from './surroundings.js';

export interface KafkaSettings {
  /** `host:port` each. */
  brokers: string[];
  /** Who asks, in the broker's logs. */
  clientId: string;
  logger: Logger;
  /** How a broker is reached under the address that it gives. Default: by TCP, there. */
  socketFactory?: ISocketFactory;
}

/** kafkajs with its lines in our log. What it calls an error is mostly something that it then tries again by itself. */
export function createKafka({ brokers, clientId, logger, socketFactory }: KafkaSettings): Kafka {
  return new Kafka({
    brokers,
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    ...(socketFactory && { socketFactory }),
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
