import { messagingConfig } from '@waybill/messaging';
import { loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    DATABASE_URL: z.url(),
    ...messagingConfig,
    /** smtp://host:port, or smtps:// */
    SMTP_URL: z.url(),
    /** Sender of all mails. */
    MAIL_FROM: z.string().default('Waybill <orders@waybill.example>'),
  });
export type Config = ReturnType<typeof readConfig>;
