import type { OrderConfirmed } from '@waybill/contracts';
import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { ServiceBench, type ServiceSettings, until } from '@waybill/testing';
import { EmailModule } from '../email.module.js';

/** Quick, so that a test sees what takes a real server minutes. */
const SMTP = {
  MAIL_FROM: 'Waybill <orders@waybill.example>',
  SMTP_CONNECTIONS: 20,
  SMTP_GREETING_TIMEOUT: 2_000,
  SMTP_REPLY_TIMEOUT: 2_000,
  MAIL_RETRY_AFTER: 50,
  MAIL_RETRIED_FOR: 3_600_000,
};

export const OPERATOR_TOKEN = 'let-me-in';

/** The service as its main runs it, with this SMTP server. */
export const startEmail = (smtpUrl: string, changes: Partial<typeof SMTP> = {}) =>
  ServiceBench.of((settings) => start({ ...settings, ...SMTP, ...changes, SMTP_URL: smtpUrl, OPERATOR_TOKEN }));

async function start(config: ServiceSettings & typeof SMTP & { SMTP_URL: string; OPERATOR_TOKEN: string }) {
  await migrateService({ url: config.DATABASE_URL, folder: new URL('../../', import.meta.url) });
  const logger = createLogger({ service: 'test', level: 'silent' });
  const app = await createApp(EmailModule.with(config, logger), logger);
  await connectMessaging(app);
  return app.init();
}

export type Email = Awaited<ReturnType<typeof startEmail>>;

export interface SentMail {
  orderId: string;
  attempt: number;
  type: string;
  to: string;
  messageId: string;
  sentAt: string;
}

/** The mails about an order that the service has recorded. */
export async function sent(email: Email, orderId: string): Promise<SentMail[]> {
  return (await email.get<{ items: SentMail[] }>(`/emails?orderId=${orderId}`)).items;
}

/** Resolves when the one mail about an order is recorded. */
export const untilSent = (email: Email, orderId: string) =>
  until('the mail is sent', async () => (await sent(email, orderId)).length === 1);

/** An order as in its events, confirmed just now. */
export const anOrder = (changes: Partial<OrderConfirmed> = {}): OrderConfirmed => ({
  orderId: crypto.randomUUID(),
  attempt: 1,
  customerId: 'cus_1',
  email: 'ada@example.com',
  items: [{ sku: 'BOOK-001', name: 'Middlemarch', quantity: 2, unitPrice: 1_499 }],
  total: { amount: 2_998, currency: 'EUR' },
  createdAt: new Date().toISOString(),
  confirmedAt: new Date().toISOString(),
  ...changes,
});
