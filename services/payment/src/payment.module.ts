import { type DynamicModule, Module } from '@nestjs/common';
import { PAYMENTS_TASK_QUEUE, topology } from '@waybill/contracts';
import { MessageOutbox, messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import { TemporalWorker } from '@waybill/platform/temporal';
import type { Config } from './config.js';
import { PaymentsController } from './http/payments.controller.js';
import { PrismaClient } from './persistence/generated/client.js';
import { PaymentQueries } from './persistence/payment.queries.js';
import { PaymentRepository } from './persistence/payment.repository.js';
import { paymentActivities } from './workflows/payment.activities.js';
import { PaymentProvider } from './workflows/payment-provider.js';

@Module({ controllers: [PaymentsController] })
export class PaymentModule {
  constructor(health: Health, messaging: MessagingHealth, worker: TemporalWorker) {
    health.add(worker, ...messaging.healthChecks());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    const provider = new PaymentProvider(config.PAYMENT_PROVIDER_URL);
    const payments = new PaymentRepository();
    return {
      module: PaymentModule,
      imports: [
        PlatformModule.with({ logger, database }),
        MessagingModule.forRoot({
          service: 'payment',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          logger,
        }),
      ],
      providers: [
        {
          provide: PaymentQueries,
          useValue: new PaymentQueries(new PrismaClient({ adapter: prismaAdapter(database) })),
        },
        {
          provide: TemporalWorker,
          useFactory: (outbox: MessageOutbox) =>
            new TemporalWorker({
              address: config.TEMPORAL_ADDRESS,
              namespace: config.TEMPORAL_NAMESPACE,
              taskQueue: PAYMENTS_TASK_QUEUE,
              activities: paymentActivities({ database, payments, provider, outbox }),
              logger,
              shutdownGraceTime: '5s',
            }),
          inject: [MessageOutbox],
        },
      ],
    };
  }
}
