import { messagingConfig } from '@waybill/messaging';
import { loadConfig, port, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    ANALYTICS_PORT: port().default(3004),
    DATABASE_URL: z.url(),
    ...messagingConfig,
  });
export type Config = ReturnType<typeof readConfig>;
