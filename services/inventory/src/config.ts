import { messagingConfig } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    DATABASE_URL: z.url(),
    ...messagingConfig,
    /** Allows changes by hand, as `Authorization: Bearer <token>`. */
    OPERATOR_TOKEN: z.string().min(1),
    /** How long after an order's confirmation the carrier comes. */
    CARRIER_DISPATCH_AFTER: duration().default(60_000),
    /** How long after that the parcel is delivered. */
    CARRIER_DELIVER_AFTER: duration().default(60_000),
  });
export type Config = ReturnType<typeof readConfig>;
