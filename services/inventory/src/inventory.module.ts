import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import type { Config } from './config.js';
import { CancelShipmentHandler } from './handlers/cancel-shipment.handler.js';
import { CreateShipmentHandler } from './handlers/create-shipment.handler.js';
import { OrderConfirmedHandler } from './handlers/order-confirmed.handler.js';
import { ReleaseStockHandler } from './handlers/release-stock.handler.js';
import { ReserveStockHandler } from './handlers/reserve-stock.handler.js';
import { OperatorToken, ProductsController } from './http/products.controller.js';
import { ReservationsController } from './http/reservations.controller.js';
import { ShipmentsController } from './http/shipments.controller.js';
import { PrismaClient } from './persistence/generated/client.js';
import { InventoryQueries } from './persistence/inventory.queries.js';
import { ReservationDecisionRepository } from './persistence/reservation-decision.repository.js';
import { ShipmentRepository } from './persistence/shipment.repository.js';
import { StockRepository } from './persistence/stock.repository.js';
import { Carrier, CarrierTimes } from './usecases/carrier.js';

@Module({ controllers: [ProductsController, ReservationsController, ShipmentsController] })
export class InventoryModule {
  constructor(health: Health, messaging: MessagingHealth) {
    health.add(...messaging.healthChecks());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    return {
      module: InventoryModule,
      imports: [
        PlatformModule.with({ logger, database }),
        MessagingModule.forRoot({
          service: 'inventory',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          logger,
        }),
      ],
      providers: [
        ReserveStockHandler,
        ReleaseStockHandler,
        CreateShipmentHandler,
        CancelShipmentHandler,
        OrderConfirmedHandler,
        ReservationDecisionRepository,
        StockRepository,
        ShipmentRepository,
        Carrier,
        {
          provide: CarrierTimes,
          useValue: new CarrierTimes(config.CARRIER_DISPATCH_AFTER, config.CARRIER_DELIVER_AFTER),
        },
        {
          provide: InventoryQueries,
          useValue: new InventoryQueries(new PrismaClient({ adapter: prismaAdapter(database) })),
        },
        { provide: OperatorToken, useValue: new OperatorToken(config.OPERATOR_TOKEN) },
      ],
    };
  }
}
