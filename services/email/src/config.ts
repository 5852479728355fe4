import { messagingConfig, missingBrokers } from '@waybill/messaging';
import { duration, loadConfig, processConfig } from '@waybill/platform';
import { z } from 'zod';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** How mails are sent. The timeouts are those of RFC 5321, section 4.5.3.2: a server that checks mails is slow. */
export const smtpConfig = {
  /** smtp://host:port, or smtps:// */
  SMTP_URL: z.url(),
  /** Sender of all mails. */
  MAIL_FROM: z.string().default('Waybill <orders@waybill.example>'),
  /** Mails that are sent concurrently, each on a connection of its own. */
  SMTP_CONNECTIONS: z.coerce.number().int().positive().default(20),
  /** How long the server may take to greet. */
  SMTP_GREETING_TIMEOUT: duration().default(5 * MINUTE),
  /** How long it may take to reply to a command, and to confirm the mail. */
  SMTP_REPLY_TIMEOUT: duration().default(10 * MINUTE),
  /** When a mail that the server has deferred is sent again; three times as long after each deferral, at most an hour. */
  MAIL_RETRY_AFTER: duration().default(MINUTE),
  /** How long a mail is retried before it is a dead letter. */
  MAIL_RETRIED_FOR: duration().default(5 * 24 * 60 * MINUTE),
};

export const readConfig = () =>
  loadConfig({ ...processConfig, DATABASE_URL: z.url(), ...messagingConfig, ...smtpConfig }, missingBrokers);
export type Config = ReturnType<typeof readConfig>;
