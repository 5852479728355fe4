import { openObjectStore } from '@waybill/messaging';
import { list, loadConfig, port, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    PAYMENT_PORT: port().default(3002),
    DATABASE_URL: z.url(),
    RABBITMQ_URL: z.url(),
    KAFKA_BROKERS: list(),
    KAFKA_TOPIC_PREFIX: z.string().default(''),
    KAFKA_RETENTION: z.string().optional(),
    OBJECT_STORE: z.url().transform(openObjectStore).optional(),
    TEMPORAL_ADDRESS: z.string(),
    TEMPORAL_NAMESPACE: z.string().default('default'),
    /** Base URL of the third party's API. */
    PAYMENT_PROVIDER_URL: z.url(),
  });
export type Config = ReturnType<typeof readConfig>;
