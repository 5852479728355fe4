import { messagingConfig, missingBrokers } from '@waybill/messaging';
import { loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({ ...processConfig, DATABASE_URL: z.url(), ...messagingConfig }, missingBrokers);
export type Config = ReturnType<typeof readConfig>;
