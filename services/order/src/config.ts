import { messagingConfig } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

/** Read by order-api. */
export const readApiConfig = () =>
  loadConfig({
    ...processConfig,
    DATABASE_URL: z.url(),
    /** How long the response to an Idempotency-Key is stored. */
    IDEMPOTENCY_KEY_TTL: duration().default(24 * 3_600_000),
    /** The outbox's backlog above which new orders are rejected. */
    OUTBOX_BACKLOG_LIMIT: z.coerce.number().int().positive().default(50_000),
    /** The age of the oldest waiting message above which new orders are rejected. */
    OUTBOX_AGE_LIMIT: duration().default(10 * 60_000),
  });
export type ApiConfig = ReturnType<typeof readApiConfig>;

/** Read by order-processor. */
export const readProcessorConfig = () =>
  loadConfig({
    ...processConfig,
    ...messagingConfig,
    DATABASE_URL: z.url(),
    TEMPORAL_ADDRESS: z.string(),
    TEMPORAL_NAMESPACE: z.string().default('default'),
    /** The saga that processes orders. */
    SAGA: z.literal('orchestration', { error: 'only orchestration is available' }).default('orchestration'),
    /** How long the saga waits for inventory, for the payment, and in total. */
    INVENTORY_DEADLINE: duration().default(60_000),
    PAYMENT_DEADLINE: duration().default(60_000),
    ORDER_DEADLINE: duration().default(5 * 60_000),
  });
export type ProcessorConfig = ReturnType<typeof readProcessorConfig>;
