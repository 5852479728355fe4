import type { Logger } from '@waybill/outbox';
import { Connection } from 'rabbitmq-client';

export interface RabbitSettings {
  url: string;
  /** What the connection is for, in the broker's lists. */
  name: string;
  logger: Logger;
}

/** RabbitMQ's own default, which bounds headers too. The client's, 8 KiB, is too little for a dead letter with its stack. */
const FRAME = 131_072;

/** rabbitmq-client with our settings: it connects again by itself, for ever. */
export function createRabbit({ url, name, logger }: RabbitSettings): Connection {
  const connection = new Connection({
    url,
    connectionName: name,
    retryLow: 200,
    retryHigh: 2_000,
    acquireTimeout: 5_000,
    heartbeat: 10,
    frameMax: FRAME,
    noDelay: true, // an ack must not wait for the answer to what was sent before it
  });
  connection.on('error', (error) => logger.debug({ err: error, connection: name }, 'RabbitMQ is away'));
  return connection;
}
