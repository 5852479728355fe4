import { brokersConfig, openObjectStore } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    DATABASE_URL: z.url(),
    ...brokersConfig,
    /** Where bodies over 256 KiB lie, as for the services. Default: they are not shown. */
    OBJECT_STORE: z.url().transform(openObjectStore).optional(),
    /** Lets operators in, as `Authorization: Bearer <token>`. */
    OPERATOR_TOKEN: z.string().min(1),
    /** How often a dead letter may be resubmitted before it has to be forced. */
    MAX_RESUBMISSIONS: z.coerce.number().int().min(0).default(3),
    /** How long a dead letter is kept after it was resubmitted or discarded. */
    RESOLVED_DEAD_LETTER_RETENTION: duration().default(90 * 24 * 3_600_000),
  });
export type Config = ReturnType<typeof readConfig>;
