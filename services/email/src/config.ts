import { openObjectStore } from '@waybill/messaging';
import { list, loadConfig, port, processConfig } from '@waybill/platform';
import { z } from 'zod';

export const readConfig = () =>
  loadConfig({
    ...processConfig,
    EMAIL_PORT: port().default(3003),
    DATABASE_URL: z.url(),
    RABBITMQ_URL: z.url(),
    KAFKA_BROKERS: list(),
    KAFKA_TOPIC_PREFIX: z.string().default(''),
    KAFKA_RETENTION: z.string().optional(),
    OBJECT_STORE: z.url().transform(openObjectStore).optional(),
    /** smtp://host:port, or smtps:// */
    SMTP_URL: z.url(),
    /** Sender of all mails. */
    MAIL_FROM: z.string().default('Waybill <orders@waybill.example>'),
  });
export type Config = ReturnType<typeof readConfig>;
