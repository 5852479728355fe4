import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import type { Config } from './config.js';
import { Mailer } from './handlers/mailer.js';
import { OrderCancelledHandler } from './handlers/order-cancelled.handler.js';
import { OrderConfirmedHandler } from './handlers/order-confirmed.handler.js';
import { OrderFailedHandler } from './handlers/order-failed.handler.js';
import { SendEmailHandler } from './handlers/send-email.handler.js';
import { EmailsController } from './http/emails.controller.js';
import { EmailQueries } from './persistence/email.queries.js';
import { EmailRepository } from './persistence/email.repository.js';
import { PrismaClient } from './persistence/generated/client.js';

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
        PlatformModule.with({ logger, database }),
        MessagingModule.forRoot({
          service: 'email',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          logger,
        }),
      ],
      providers: [
        OrderConfirmedHandler,
        OrderFailedHandler,
        OrderCancelledHandler,
        SendEmailHandler,
        EmailRepository,
        { provide: Mailer, useValue: new Mailer(config.SMTP_URL, config.MAIL_FROM) },
        { provide: EmailQueries, useValue: new EmailQueries(new PrismaClient({ adapter: prismaAdapter(database) })) },
      ],
    };
  }
}
