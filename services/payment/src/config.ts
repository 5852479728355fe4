import { messagingConfig, missingBrokers } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig(
    {
      ...processConfig,
      DATABASE_URL: z.url(),
      ...messagingConfig,
      TEMPORAL_ADDRESS: z.string(),
      TEMPORAL_NAMESPACE: z.string().default('default'),
      /** That of order-processor, which seals payment tokens with it. */
      PAYMENT_TOKEN_KEY: z.string().min(16),
      /** `http` is the API of infra/payment-provider. */
      PAYMENT_PROVIDER: z.enum(['http', 'stripe']).default('http'),
      /** Base URL of the payment provider's API. */
      PAYMENT_PROVIDER_URL: z.url(),
      /** Calls a second to the provider, of each process, with a tenth of them at once; what exceeds it waits. */
      PAYMENT_PROVIDER_RATE: z.coerce.number().positive().default(100),
      /** How often our rows are compared with the provider's ledger, and how far back. */
      RECONCILIATION_INTERVAL: duration().default(15 * 60_000),
      RECONCILIATION_WINDOW: duration().default(7 * 24 * 3_600_000),
      /** What is younger may be in flight, so it is compared next time. Longer than PAYMENT_DEADLINE. */
      RECONCILIATION_MARGIN: duration().default(5 * 60_000),
      /** Authorizes a reconciliation by hand: `Authorization: Bearer <token>`. */
      OPERATOR_TOKEN: z.string().min(1),
      /** Needed for `stripe`. */
      STRIPE_SECRET_KEY: z.string().min(1).optional(),
      /** Base URL of an API like Stripe's. Default: Stripe's own. */
      STRIPE_URL: z.url().optional(),
    },
    missingBrokers,
  );
export type Config = ReturnType<typeof readConfig>;
