import { type DynamicModule, Module } from '@nestjs/common';
import { Client, Connection } from '@temporalio/client';
import { ordersProcess, ordersReplies, topology, webhooksSend } from '@waybill/contracts';
import { MessageOutbox, messagingSettings, TopicProgress } from '@waybill/messaging';
import { MessagingHealth, MessagingModule } from '@waybill/messaging/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { TemporalWorker, tracedStarts } from '@waybill/platform/temporal';
import { ChoreographedSagas, PaymentTokenKey } from './choreography/choreographed-sagas.js';
import { EndUndoneOrder } from './choreography/end-undone-order.js';
import { InventoryRejectedHandler } from './choreography/inventory-rejected.handler.js';
import { InventoryReleasedHandler } from './choreography/inventory-released.handler.js';
import { InventoryReservedHandler } from './choreography/inventory-reserved.handler.js';
import { OverdueOrders, SagaDeadlines } from './choreography/overdue-orders.js';
import { PaymentChargedHandler } from './choreography/payment-charged.handler.js';
import { ShipmentCreatedHandler } from './choreography/shipment-created.handler.js';
import type { ProcessorConfig } from './config.js';
import { CancelOrderHandler } from './handlers/cancel-order.handler.js';
import { CancelShipmentReplyHandler } from './handlers/cancel-shipment-reply.handler.js';
import { CatalogueProgress } from './handlers/catalogue-progress.js';
import { CreateShipmentReplyHandler } from './handlers/create-shipment-reply.handler.js';
import { DiscardOrderHandler } from './handlers/discard-order.handler.js';
import { ProcessOrderHandler } from './handlers/process-order.handler.js';
import { ProductUpsertedHandler } from './handlers/product-upserted.handler.js';
import { ReleaseStockReplyHandler } from './handlers/release-stock-reply.handler.js';
import { ReplyForwarder } from './handlers/reply-forwarder.js';
import { ReserveStockReplyHandler } from './handlers/reserve-stock-reply.handler.js';
import { SagaLimit, SagaSlots } from './handlers/saga-slots.js';
import { SendWebhookHandler, WebhookSettings } from './handlers/send-webhook.handler.js';
import { ShipmentDeliveredHandler } from './handlers/shipment-delivered.handler.js';
import { ShipmentDispatchedHandler } from './handlers/shipment-dispatched.handler.js';
import { WebhookClient } from './handlers/webhook-client.js';
import { CatalogueRepository } from './persistence/catalogue.repository.js';
import { OrderRepository } from './persistence/order.repository.js';
import { registerSagasInProgress } from './persistence/sagas-in-progress.js';
import { SagaStarter } from './usecases/saga-starter.js';
import { workflowBundle } from './workflows/bundle.js';
import { orderActivities } from './workflows/fulfil-order.activities.js';
import { LostSagas, SweepTimes } from './workflows/lost-sagas.js';
import { ReplyWaiters } from './workflows/reply-waiters.js';
import { ORDERS_TASK_QUEUE, Sagas } from './workflows/sagas.js';

/** Both run side by side, so that what began in one ends in it; SAGA says how orders begin. */
const SAGA_STARTERS = { orchestration: Sagas, choreography: ChoreographedSagas };

const ORCHESTRATION = [
  CancelOrderHandler,
  ReserveStockReplyHandler,
  ReleaseStockReplyHandler,
  CreateShipmentReplyHandler,
  CancelShipmentReplyHandler,
  ReplyForwarder,
  ReplyWaiters,
  LostSagas,
];

const CHOREOGRAPHY = [
  ChoreographedSagas,
  InventoryReservedHandler,
  InventoryRejectedHandler,
  PaymentChargedHandler,
  ShipmentCreatedHandler,
  InventoryReleasedHandler,
  EndUndoneOrder,
  OverdueOrders,
];

/** order-processor: starts and runs the sagas, relays order's outbox, maintains the copy of the catalogue. */
@Module({})
export class OrderProcessorModule {
  constructor(health: Health, messaging: MessagingHealth, worker: TemporalWorker) {
    health.add(worker, ...messaging.healthChecks());
  }

  static with(config: ProcessorConfig, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    registerSagasInProgress(database, logger);
    return {
      module: OrderProcessorModule,
      imports: [
        PlatformModule.with({ logger, database, operator: config.OPERATOR_TOKEN }),
        MessagingModule.forRoot({
          service: 'order',
          database,
          databaseUrl: config.DATABASE_URL,
          ...messagingSettings(config),
          topology,
          groupCommit: 20,
          logger,
          prefetch: {
            [ordersProcess.name]: 50,
            [ordersReplies.name]: 50,
            [webhooksSend.name]: config.WEBHOOK_CONNECTIONS,
          },
        }),
      ],
      providers: [
        ProcessOrderHandler,
        DiscardOrderHandler,
        ...ORCHESTRATION,
        ...CHOREOGRAPHY,
        { provide: SagaStarter, useExisting: SAGA_STARTERS[config.SAGA] },
        { provide: PaymentTokenKey, useValue: new PaymentTokenKey(config.PAYMENT_TOKEN_KEY) },
        { provide: SagaDeadlines, useValue: deadlinesOf(config) },
        ShipmentDispatchedHandler,
        ShipmentDeliveredHandler,
        ProductUpsertedHandler,
        SendWebhookHandler,
        { provide: WebhookSettings, useValue: new WebhookSettings(config.WEBHOOK_SECRET, config.WEBHOOK_RETRIES) },
        {
          provide: WebhookClient,
          useValue: new WebhookClient({ targets: config.WEBHOOK_TARGETS, timeout: config.WEBHOOK_TIMEOUT }),
        },
        OrderRepository,
        CatalogueRepository,
        { provide: Sagas, useFactory: (worker: TemporalWorker) => sagas(config, worker), inject: [TemporalWorker] },
        SagaSlots,
        { provide: SagaLimit, useValue: new SagaLimit(config.SAGAS_IN_PROGRESS) },
        { provide: SweepTimes, useValue: new SweepTimes(config.SAGA_SWEEP_INTERVAL, config.SAGA_LOST_AFTER) },
        {
          provide: TemporalWorker,
          useFactory: (orders: OrderRepository, outbox: MessageOutbox, replies: ReplyWaiters) =>
            temporalWorker(config, logger, orderActivities({ database, orders, outbox, replies, logger })),
          inject: [OrderRepository, MessageOutbox, ReplyWaiters],
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
function sagas(config: ProcessorConfig, worker: TemporalWorker): Sagas {
  const connection = Connection.lazy({ address: config.TEMPORAL_ADDRESS });
  const interceptors = { workflow: [tracedStarts] };
  const client = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE, interceptors });
  return new Sagas(client, worker, deadlinesOf(config), config.PAYMENT_TOKEN_KEY);
}

const deadlinesOf = (config: ProcessorConfig) =>
  new SagaDeadlines(config.INVENTORY_DEADLINE, config.PAYMENT_DEADLINE, config.ORDER_DEADLINE);

function temporalWorker(config: ProcessorConfig, logger: Logger, activities: object): TemporalWorker {
  return new TemporalWorker({
    address: config.TEMPORAL_ADDRESS,
    namespace: config.TEMPORAL_NAMESPACE,
    taskQueue: ORDERS_TASK_QUEUE,
    workflowBundle: { codePath: workflowBundle },
    activities,
    logger,
    // As many as there are sagas in progress: most of the time each waits for a reply.
    maxConcurrentWorkflowTaskExecutions: config.SAGAS_IN_PROGRESS,
    maxCachedWorkflows: 500,
    // After that, sagas of a dead worker go to another one.
    stickyQueueScheduleToStartTimeout: '2s',
    shutdownGraceTime: '5s',
  });
}
