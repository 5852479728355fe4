import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import type { Config } from './config.js';
import { InventoryReservedHandler } from './handlers/inventory-reserved.handler.js';
import { OrderCancelledHandler } from './handlers/order-cancelled.handler.js';
import { OrderConfirmedHandler } from './handlers/order-confirmed.handler.js';
import { OrderCreatedHandler } from './handlers/order-created.handler.js';
import { OrderDeliveredHandler } from './handlers/order-delivered.handler.js';
import { OrderFailedHandler } from './handlers/order-failed.handler.js';
import { OrderShippedHandler } from './handlers/order-shipped.handler.js';
import { PaymentChargedHandler } from './handlers/payment-charged.handler.js';
import { PaymentRefundedHandler } from './handlers/payment-refunded.handler.js';
import { AnalyticsController } from './http/analytics.controller.js';
import { OrderFactsRepository } from './persistence/order-facts.repository.js';
import { SummaryQueries } from './persistence/summary.queries.js';

@Module({ controllers: [AnalyticsController] })
export class AnalyticsModule {
  constructor(health: Health, messaging: MessagingHealth) {
    health.add(...messaging.healthChecks());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    return {
      module: AnalyticsModule,
      imports: [
        PlatformModule.with({ logger, database }),
        MessagingModule.forRoot({
          service: 'analytics',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          logger,
        }),
      ],
      providers: [
        OrderCreatedHandler,
        OrderConfirmedHandler,
        OrderShippedHandler,
        OrderDeliveredHandler,
        OrderFailedHandler,
        OrderCancelledHandler,
        InventoryReservedHandler,
        PaymentChargedHandler,
        PaymentRefundedHandler,
        OrderFactsRepository,
        { provide: SummaryQueries, useValue: new SummaryQueries(database.autocommit) },
      ],
    };
  }
}
