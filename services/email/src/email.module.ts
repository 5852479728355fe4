import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { MessageOutbox, messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import type { Config } from './config.js';
import { MailSender } from './handlers/mail-sender.js';
import { Mailer } from './handlers/mailer.js';
import { OrderCancelledHandler } from './handlers/order-cancelled.handler.js';
import { OrderConfirmedHandler } from './handlers/order-confirmed.handler.js';
import { OrderFailedHandler } from './handlers/order-failed.handler.js';
import { SendEmailHandler } from './handlers/send-email.handler.js';
import { EmailsController } from './http/emails.controller.js';
import { EmailQueries } from './persistence/email.queries.js';
import { PrismaClient } from './persistence/generated/client.js';
import { MailQueue } from './persistence/mail-queue.js';

@Module({ controllers: [EmailsController] })
export class EmailModule {
  constructor(health: Health, messaging: MessagingHealth) {
    health.add(...messaging.healthChecks());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    return {
      module: EmailModule,
      imports: [
        PlatformModule.with({ logger, database, operator: config.OPERATOR_TOKEN }),
        MessagingModule.forRoot({
          service: 'email',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          groupCommit: 20,
          logger,
        }),
      ],
      providers: [
        OrderConfirmedHandler,
        OrderFailedHandler,
        OrderCancelledHandler,
        SendEmailHandler,
        MailQueue,
        {
          provide: MailSender,
          useFactory: (queue: MailQueue, outbox: MessageOutbox) =>
            new MailSender({ ...senderOptions(config), database, queue, outbox, logger }),
          inject: [MailQueue, MessageOutbox],
        },
        { provide: EmailQueries, useValue: new EmailQueries(new PrismaClient({ adapter: prismaAdapter(database) })) },
      ],
    };
  }
}

const senderOptions = (config: Config) => ({
  mailer: new Mailer({
    url: config.SMTP_URL,
    from: config.MAIL_FROM,
    greetingTimeout: config.SMTP_GREETING_TIMEOUT,
    replyTimeout: config.SMTP_REPLY_TIMEOUT,
  }),
  connections: config.SMTP_CONNECTIONS,
  retryAfter: config.MAIL_RETRY_AFTER,
  retriedFor: config.MAIL_RETRIED_FOR,
});
