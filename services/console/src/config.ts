import { brokersConfig, missingBrokers, openObjectStore } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig(
    {
      ...processConfig,
      DATABASE_URL: z.url(),
      ...brokersConfig,
      /** The services' store of bodies over 256 KiB. Default: none, and these bodies are not shown. */
      OBJECT_STORE: z.url().transform(openObjectStore).optional(),
      /** Authorizes operators: `Authorization: Bearer <token>`. */
      OPERATOR_TOKEN: z.string().min(1),
      /** How often a dead letter may be resubmitted without force. */
      MAX_RESUBMISSIONS: z.coerce.number().int().min(0).default(3),
      /** How long a resubmitted or discarded dead letter is stored. */
      RESOLVED_DEAD_LETTER_RETENTION: duration().default(90 * 24 * 3_600_000),
    },
    missingBrokers,
  );
export type Config = ReturnType<typeof readConfig>;
