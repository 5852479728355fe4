import { messagingConfig } from '@waybill/messaging';
import { loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    DATABASE_URL: z.url(),
    ...messagingConfig,
    TEMPORAL_ADDRESS: z.string(),
    TEMPORAL_NAMESPACE: z.string().default('default'),
    /** Base URL of the payment provider's API. */
    PAYMENT_PROVIDER_URL: z.url(),
  });
export type Config = ReturnType<typeof readConfig>;
