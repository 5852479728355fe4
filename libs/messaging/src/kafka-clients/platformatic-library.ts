import type { KafkaSettings } from './kafka-client.js';

type Library = typeof import('@platformatic/kafka');

export const load = (): Promise<Library> => import('@platformatic/kafka');

/** Settings of every connection. */
export const connectionOf = ({ brokers, clientId }: KafkaSettings) => ({
  bootstrapBrokers: brokers,
  clientId,
  connectTimeout: 3_000,
  requestTimeout: 15_000,
  timeout: 10_000,
  autocreateTopics: false,
});
