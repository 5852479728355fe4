import { openObjectStore } from '@waybill/messaging';
import { list, loadConfig, port, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    ANALYTICS_PORT: port().default(3004),
    DATABASE_URL: z.url(),
    RABBITMQ_URL: z.url(),
    KAFKA_BROKERS: list(),
    KAFKA_TOPIC_PREFIX: z.string().default(''),
    KAFKA_RETENTION: z.string().optional(),
    OBJECT_STORE: z.url().transform(openObjectStore).optional(),
  });
export type Config = ReturnType<typeof readConfig>;
