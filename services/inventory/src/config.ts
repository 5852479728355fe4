import { messagingConfig, missingBrokers } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig(
    {
      ...processConfig,
      DATABASE_URL: z.url(),
      ...messagingConfig,
      /** Authorizes manual changes: `Authorization: Bearer <token>`. */
      OPERATOR_TOKEN: z.string().min(1),
      /** Time from an order's confirmation to its dispatch. */
      CARRIER_DISPATCH_AFTER: duration().default(60_000),
      /** Time from dispatch to delivery. */
      CARRIER_DELIVER_AFTER: duration().default(60_000),
    },
    missingBrokers,
  );
export type Config = ReturnType<typeof readConfig>;
