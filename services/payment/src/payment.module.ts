import { type DynamicModule, Module } from '@nestjs/common';
import { PAYMENTS_TASK_QUEUE, topology } from '@waybill/contracts';
import { MessageOutbox, messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import { TemporalWorker } from '@waybill/platform/temporal';
import { InventoryReservedHandler } from './choreography/inventory-reserved.handler.js';
import { OrderAbortedHandler } from './choreography/order-aborted.handler.js';
import type { Config } from './config.js';
import { PaymentsController } from './http/payments.controller.js';
import { ReconciliationsController } from './http/reconciliations.controller.js';
import { PrismaClient } from './persistence/generated/client.js';
import { PaymentQueries } from './persistence/payment.queries.js';
import { PaymentRepository } from './persistence/payment.repository.js';
import { createPaymentProvider } from './provider/create-payment-provider.js';
import { PaymentDeps } from './usecases/payment-deps.js';
import { ReconciliationJob } from './usecases/reconciliation-job.js';
import { paymentActivities } from './workflows/payment.activities.js';

/** Handlers wait for the payment provider, and hold no database connection meanwhile. */
const CHARGES_IN_PROGRESS = 40;

@Module({ controllers: [PaymentsController, ReconciliationsController] })
export class PaymentModule {
  constructor(health: Health, messaging: MessagingHealth, worker: TemporalWorker) {
    health.add(worker, ...messaging.healthChecks());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    const provider = createPaymentProvider(config, logger);
    const payments = new PaymentRepository();
    return {
      module: PaymentModule,
      imports: [
        PlatformModule.with({ logger, database, operator: config.OPERATOR_TOKEN }),
        MessagingModule.forRoot({
          service: 'payment',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          keyConcurrency: CHARGES_IN_PROGRESS,
          logger,
        }),
      ],
      providers: [
        {
          provide: PaymentQueries,
          useValue: new PaymentQueries(new PrismaClient({ adapter: prismaAdapter(database) })),
        },
        InventoryReservedHandler,
        OrderAbortedHandler,
        {
          provide: PaymentDeps,
          useFactory: (outbox: MessageOutbox) =>
            new PaymentDeps(database, payments, provider, outbox, config.PAYMENT_TOKEN_KEY),
          inject: [MessageOutbox],
        },
        {
          provide: ReconciliationJob,
          useFactory: (deps: PaymentDeps) =>
            new ReconciliationJob(
              deps,
              {
                interval: config.RECONCILIATION_INTERVAL,
                window: config.RECONCILIATION_WINDOW,
                margin: config.RECONCILIATION_MARGIN,
              },
              logger,
            ),
          inject: [PaymentDeps],
        },
        {
          provide: TemporalWorker,
          useFactory: (deps: PaymentDeps) =>
            new TemporalWorker({
              address: config.TEMPORAL_ADDRESS,
              namespace: config.TEMPORAL_NAMESPACE,
              taskQueue: PAYMENTS_TASK_QUEUE,
              activities: paymentActivities(deps),
              logger,
              shutdownGraceTime: '5s',
            }),
          inject: [PaymentDeps],
        },
      ],
    };
  }
}
