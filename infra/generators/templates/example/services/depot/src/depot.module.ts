import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import type { Config } from './config.js';
import { StoreParcelHandler } from './handlers/store-parcel.handler.js';
import { StoredParcelsController } from './http/stored-parcels.controller.js';
import { PrismaClient } from './persistence/generated/client.js';
import { StoredParcelQueries } from './persistence/stored-parcel.queries.js';
import { StoredParcelRepository } from './persistence/stored-parcel.repository.js';

@Module({ controllers: [StoredParcelsController] })
export class DepotModule {
  constructor(health: Health, messaging: MessagingHealth) {
    health.add(...messaging.healthChecks());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    return {
      module: DepotModule,
      imports: [
        PlatformModule.with({ logger, database, operator: config.OPERATOR_TOKEN }),
        MessagingModule.forRoot({
          service: 'depot',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          groupCommit: 20,
          logger,
        }),
      ],
      providers: [
        StoreParcelHandler,
        StoredParcelRepository,
        {
          provide: StoredParcelQueries,
          useValue: new StoredParcelQueries(new PrismaClient({ adapter: prismaAdapter(database) })),
        },
      ],
    };
  }
}
