import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import type { Config } from './config.js';
import { HANDLERS } from './handlers/index.js';
import { AnalyticsController } from './http/analytics.controller.js';
import { OrderFactsRepository } from './persistence/order-facts.repository.js';
import { SummaryQueries } from './persistence/summary.queries.js';
import { SummaryTotals } from './persistence/summary-totals.repository.js';
import { SummaryTotalsJob } from './usecases/summary-totals-job.js';

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
        PlatformModule.with({ logger, database, operator: config.OPERATOR_TOKEN }),
        MessagingModule.forRoot({
          service: 'analytics',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          groupCommit: 20,
          logger,
        }),
      ],
      providers: [
        ...HANDLERS,
        OrderFactsRepository,
        { provide: SummaryQueries, useValue: new SummaryQueries(database.autocommit) },
        {
          provide: SummaryTotalsJob,
          useFactory: () => new SummaryTotalsJob(new SummaryTotals(database.autocommit), logger),
        },
      ],
    };
  }
}
