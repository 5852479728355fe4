import { messagingConfig, missingBrokers } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

/** Where webhooks may go. `any`: also to private addresses and by HTTP, which lets customers reach what only we can reach. */
const webhookTargets = { WEBHOOK_TARGETS: z.enum(['public', 'any']).default('public') };

const WEBHOOK_SECRET = /^whsec_([A-Za-z0-9+/]{4}){8,}([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** One or more secrets of Standard Webhooks, with spaces between. */
const webhookSecrets = () =>
  z
    .string()
    .transform((text) => text.trim().split(/\s+/))
    .pipe(z.array(z.string().regex(WEBHOOK_SECRET, 'must be whsec_ and 24 or more bytes in base64')));

/** Read by order-api. */
export const readApiConfig = () =>
  loadConfig({
    ...processConfig,
    ...webhookTargets,
    DATABASE_URL: z.url(),
    /** How long the response to an Idempotency-Key is stored. */
    IDEMPOTENCY_KEY_TTL: duration().default(24 * 3_600_000),
    /** The outbox's backlog above which new orders are rejected. */
    OUTBOX_BACKLOG_LIMIT: z.coerce.number().int().positive().default(50_000),
    /** Whether GET /orders lists the orders of all customers. This API authenticates nobody: close it where that matters. */
    ORDER_LIST: z.enum(['open', 'closed']).default('open'),
    /** The age of the oldest waiting message above which new orders are rejected. */
    OUTBOX_AGE_LIMIT: duration().default(10 * 60_000),
    /** How long orders may have been waiting to be processed; above, new ones are rejected. */
    ORDER_WAIT_LIMIT: duration().default(5 * 60_000),
  });
export type ApiConfig = ReturnType<typeof readApiConfig>;

/** Read by order-processor. */
export const readProcessorConfig = () =>
  loadConfig(
    {
      ...processConfig,
      ...messagingConfig,
      ...webhookTargets,
      DATABASE_URL: z.url(),
      TEMPORAL_ADDRESS: z.string(),
      TEMPORAL_NAMESPACE: z.string().default('default'),
      /** Seals payment tokens for the payment service, which needs the same: Temporal sees them in between. */
      PAYMENT_TOKEN_KEY: z.string().min(16),
      /** The saga of attempts that begin from now on. What runs in the other one is finished in it. */
      SAGA: z.enum(['orchestration', 'choreography']).default('orchestration'),
      /** How long the saga waits for inventory, for the payment, and in total. */
      INVENTORY_DEADLINE: duration().default(60_000),
      PAYMENT_DEADLINE: duration().default(60_000),
      ORDER_DEADLINE: duration().default(5 * 60_000),
      /** Sagas in progress of each order-processor; further orders wait in their queue. */
      SAGAS_IN_PROGRESS: z.coerce.number().int().positive().default(50),
      /** How often order's rows are compared with the running sagas, and how long an order is unchanged before it is. */
      SAGA_SWEEP_INTERVAL: duration().default(30_000),
      SAGA_LOST_AFTER: duration().default(2 * 60_000),
      /** Signs webhooks. While a second one replaces the first, both do. */
      WEBHOOK_SECRET: webhookSecrets(),
      /** How long the receiver of a webhook may take to answer. */
      WEBHOOK_TIMEOUT: duration().default(10_000),
      /** Retries before a webhook is a dead letter: twelve of them take about seven hours. */
      WEBHOOK_RETRIES: z.coerce.number().int().nonnegative().default(12),
      /** Webhooks in flight of each order-processor. */
      WEBHOOK_CONNECTIONS: z.coerce.number().int().positive().default(50),
    },
    missingBrokers,
  );
export type ProcessorConfig = ReturnType<typeof readProcessorConfig>;
