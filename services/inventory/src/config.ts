import { openObjectStore } from '@waybill/messaging';
import { duration, list, loadConfig, port, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    INVENTORY_PORT: port().default(3001),
    DATABASE_URL: z.url(),
    RABBITMQ_URL: z.url(),
    KAFKA_BROKERS: list(),
    KAFKA_TOPIC_PREFIX: z.string().default(''),
    KAFKA_RETENTION: z.string().optional(),
    OBJECT_STORE: z.url().transform(openObjectStore).optional(),
    /** Allows changes by hand, as `Authorization: Bearer <token>`. */
    OPERATOR_TOKEN: z.string().min(1),
    /** How long after an order's confirmation the carrier comes. */
    CARRIER_DISPATCH_AFTER: duration().default(60_000),
    /** How long after that the parcel is delivered. */
    CARRIER_DELIVER_AFTER: duration().default(60_000),
  });
export type Config = ReturnType<typeof readConfig>;
