import { type DynamicModule, Module } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import { messagingSettings } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import { OrderProcessingStartedHandler } from './choreography/order-processing-started.handler.js';
import { PaymentChargedHandler } from './choreography/payment-charged.handler.js';
import { PaymentFailedHandler } from './choreography/payment-failed.handler.js';
import { PaymentUndoneHandler } from './choreography/payment-undone.handler.js';
import { UndoSteps } from './choreography/undo-steps.js';
import type { Config } from './config.js';
import { CancelShipmentHandler } from './handlers/cancel-shipment.handler.js';
import { CreateShipmentHandler } from './handlers/create-shipment.handler.js';
import { OrderConfirmedHandler } from './handlers/order-confirmed.handler.js';
import { ReleaseStockHandler } from './handlers/release-stock.handler.js';
import { ReserveStockHandler } from './handlers/reserve-stock.handler.js';
import { ProductsController } from './http/products.controller.js';
import { ReservationsController } from './http/reservations.controller.js';
import { ShipmentsController } from './http/shipments.controller.js';
import { PrismaClient } from './persistence/generated/client.js';
import { InventoryQueries } from './persistence/inventory.queries.js';
import { ReservationDecisionRepository } from './persistence/reservation-decision.repository.js';
import { ShipmentRepository } from './persistence/shipment.repository.js';
import { StockRepository } from './persistence/stock.repository.js';
import { Carrier, CarrierTimes } from './usecases/carrier.js';

/** The steps of a choreographed saga; the tasks of the others are those of an orchestrated one. */
const CHOREOGRAPHY = [
  OrderProcessingStartedHandler,
  PaymentChargedHandler,
  PaymentFailedHandler,
  PaymentUndoneHandler,
  UndoSteps,
];

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
        PlatformModule.with({ logger, database, operator: config.OPERATOR_TOKEN }),
        MessagingModule.forRoot({
          service: 'inventory',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          groupCommit: 20,
          logger,
        }),
      ],
      providers: [
        ReserveStockHandler,
        ReleaseStockHandler,
        CreateShipmentHandler,
        CancelShipmentHandler,
        OrderConfirmedHandler,
        ...CHOREOGRAPHY,
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
      ],
    };
  }
}
