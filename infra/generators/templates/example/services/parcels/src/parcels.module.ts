import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import type { Config } from './config.js';
import { ParcelStoredHandler } from './handlers/parcel-stored.handler.js';
import { ParcelsController } from './http/parcels.controller.js';
import { PrismaClient } from './persistence/generated/client.js';
import { ParcelQueries } from './persistence/parcel.queries.js';
import { ParcelRepository } from './persistence/parcel.repository.js';

@Module({ controllers: [ParcelsController] })
export class ParcelsModule {
  constructor(health: Health, messaging: MessagingHealth) {
    health.add(...messaging.healthChecks());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    return {
      module: ParcelsModule,
      imports: [
        PlatformModule.with({ logger, database, operator: config.OPERATOR_TOKEN }),
        MessagingModule.forRoot({
          service: 'parcels',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          groupCommit: 20,
          logger,
        }),
      ],
      providers: [
        ParcelStoredHandler,
        ParcelRepository,
        { provide: ParcelQueries, useValue: new ParcelQueries(new PrismaClient({ adapter: prismaAdapter(database) })) },
      ],
    };
  }
}
