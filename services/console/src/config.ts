import { brokersConfig } from '@waybill/messaging';
import { loadConfig, port, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    CONSOLE_PORT: port().default(3006),
    DATABASE_URL: z.url(),
    ...brokersConfig,
    /** Lets operators in, as `Authorization: Bearer <token>`. */
    OPERATOR_TOKEN: z.string().min(1),
    /** How often a dead letter may be resubmitted before it has to be forced. */
    MAX_RESUBMISSIONS: z.coerce.number().int().min(0).default(3),
  });
export type Config = ReturnType<typeof readConfig>;
