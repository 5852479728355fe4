import { type DynamicModule, Module } from '@nestjs/common';
import { Client, Connection } from '@temporalio/client';
import { ordersProcess, ordersReplies, topology } from '@waybill/contracts';
import { MessageOutbox, messagingSettings, TopicProgress } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { TemporalWorker } from '@waybill/platform/temporal';
import type { ProcessorConfig } from './config.js';
import { CancelShipmentReplyHandler } from './handlers/cancel-shipment-reply.handler.js';
import { CatalogueProgress } from './handlers/catalogue-progress.js';
import { CreateShipmentReplyHandler } from './handlers/create-shipment-reply.handler.js';
import { ProcessOrderHandler } from './handlers/process-order.handler.js';
import { ProductUpsertedHandler } from './handlers/product-upserted.handler.js';
import { ReleaseStockReplyHandler } from './handlers/release-stock-reply.handler.js';
import { ReserveStockReplyHandler } from './handlers/reserve-stock-reply.handler.js';
import { ShipmentDeliveredHandler } from './handlers/shipment-delivered.handler.js';
import { ShipmentDispatchedHandler } from './handlers/shipment-dispatched.handler.js';
import { CatalogueRepository } from './persistence/catalogue.repository.js';
import { OrderRepository } from './persistence/order.repository.js';
import { workflowBundle } from './workflows/bundle.js';
import { orderActivities } from './workflows/fulfil-order.activities.js';
import { ORDERS_TASK_QUEUE, Sagas } from './workflows/sagas.js';

/** order-processor: starts and runs the sagas, relays order's outbox, maintains the copy of the catalogue. */
@Module({})
export class OrderProcessorModule {
  constructor(health: Health, messaging: MessagingHealth, worker: TemporalWorker) {
    health.add(worker, ...messaging.healthChecks());
  }

  static with(config: ProcessorConfig, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    return {
      module: OrderProcessorModule,
      imports: [
        PlatformModule.with({ logger, database }),
        MessagingModule.forRoot({
          service: 'order',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          logger,
          prefetch: { [ordersProcess.name]: 50, [ordersReplies.name]: 50 },
        }),
      ],
      providers: [
        ProcessOrderHandler,
        ReserveStockReplyHandler,
        ReleaseStockReplyHandler,
        CreateShipmentReplyHandler,
        CancelShipmentReplyHandler,
        ShipmentDispatchedHandler,
        ShipmentDeliveredHandler,
        ProductUpsertedHandler,
        OrderRepository,
        CatalogueRepository,
        { provide: Sagas, useFactory: () => sagas(config) },
        {
          provide: TemporalWorker,
          useFactory: (orders: OrderRepository, outbox: MessageOutbox) =>
            temporalWorker(config, logger, orderActivities(database, orders, outbox)),
          inject: [OrderRepository, MessageOutbox],
        },
        {
          provide: CatalogueProgress,
          useFactory: (catalogue: CatalogueRepository, progress: TopicProgress) =>
            new CatalogueProgress(database, catalogue, progress, logger),
          inject: [CatalogueRepository, TopicProgress],
        },
      ],
    };
  }
}

/** Connects on first use, so that the process starts while Temporal is unavailable. */
function sagas(config: ProcessorConfig): Sagas {
  const connection = Connection.lazy({ address: config.TEMPORAL_ADDRESS });
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });
  return new Sagas(client, {
    inventory: config.INVENTORY_DEADLINE,
    payment: config.PAYMENT_DEADLINE,
    order: config.ORDER_DEADLINE,
  });
}

function temporalWorker(config: ProcessorConfig, logger: Logger, activities: object): TemporalWorker {
  return new TemporalWorker({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: ORDERS_TASK_QUEUE,
    workflowBundle: { codePath: workflowBundle },
    activities,
    logger,
    // Few concurrently, so that each finishes well within its timeout however many wait.
    maxConcurrentWorkflowTaskExecutions: 20,
    maxCachedWorkflows: 500,
    // After that, sagas of a dead worker go to another one.
    stickyQueueScheduleToStartTimeout: '2s',
    shutdownGraceTime: '5s',
  });
}
