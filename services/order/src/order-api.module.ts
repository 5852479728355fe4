import { type DynamicModule, Module } from '@nestjs/common';
import { PostgresIdempotencyKeys } from '@waybill/idempotency';
import { ExpiryService } from '@waybill/idempotency/nest';
import { MessageOutbox } from '@waybill/messaging';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { prismaAdapter } from '@waybill/platform/prisma';
import type { ApiConfig } from './config.js';
import { Admission, AdmissionLimits } from './http/admission.js';
import { CallbackUrls } from './http/callback-url.js';
import { OrderProgressController } from './http/order-progress.controller.js';
import { OrderWatch } from './http/order-watch.js';
import { OrderListAccess, OrdersController } from './http/orders.controller.js';
import { CatalogueRepository } from './persistence/catalogue.repository.js';
import { PrismaClient } from './persistence/generated/client.js';
import { OrderQueries } from './persistence/order.queries.js';
import { OrderRepository } from './persistence/order.repository.js';

/** order-api: accepts orders and reports their progress. It needs PostgreSQL only; brokers may be unavailable. */
@Module({ controllers: [OrdersController, OrderProgressController] })
export class OrderApiModule {
  constructor(health: Health, database: Database, catalogue: CatalogueRepository) {
    health.add({
      name: 'catalogue',
      async check() {
        if (!(await catalogue.wasComplete(database.autocommit)))
          throw new Error('the copy of the catalogue is incomplete');
      },
    });
  }

  static with(config: ApiConfig, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger });
    return {
      module: OrderApiModule,
      imports: [PlatformModule.with({ logger, database })],
      providers: [
        Admission,
        OrderWatch,
        OrderRepository,
        CatalogueRepository,
        {
          provide: AdmissionLimits,
          useValue: new AdmissionLimits(config.OUTBOX_BACKLOG_LIMIT, config.OUTBOX_AGE_LIMIT, config.ORDER_WAIT_LIMIT),
        },
        { provide: CallbackUrls, useValue: new CallbackUrls(config.WEBHOOK_TARGETS) },
        { provide: OrderListAccess, useValue: new OrderListAccess(config.ORDER_LIST === 'open') },
        { provide: MessageOutbox, useValue: new MessageOutbox({ source: '/waybill/order' }) },
        { provide: OrderQueries, useValue: new OrderQueries(new PrismaClient({ adapter: prismaAdapter(database) })) },
        { provide: PostgresIdempotencyKeys, useValue: new PostgresIdempotencyKeys({ groupCommit: 20 }) },
        {
          provide: ExpiryService,
          useFactory: () => new ExpiryService({ database: database.pool, logger, keyTtl: config.IDEMPOTENCY_KEY_TTL }),
        },
      ],
    };
  }
}
