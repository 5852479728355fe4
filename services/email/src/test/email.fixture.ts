import type { OrderConfirmed } from '@waybill/contracts';
import { connectMessaging } from '@waybill/messaging/nest';
import { createLogger, migrateService } from '@waybill/platform';
import { createApp } from '@waybill/platform/nest';
import { ServiceBench, type ServiceSettings } from '@waybill/testing';
import { EmailModule } from '../email.module.js';

/** The service as its main runs it, with this SMTP server. */
export const startEmail = (smtpUrl: string) => ServiceBench.of((settings) => start(settings, smtpUrl));

async function start(settings: ServiceSettings, smtpUrl: string) {
  await migrateService({ url: settings.DATABASE_URL, folder: new URL('../../', import.meta.url) });
  const config = { ...settings, SMTP_URL: smtpUrl, MAIL_FROM: 'Waybill <orders@waybill.example>' };
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
