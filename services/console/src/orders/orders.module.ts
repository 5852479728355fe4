import { type DynamicModule, Module } from '@nestjs/common';
import { DeadLetterQueries } from '@waybill/dlq';
import { carrierSettings, createKafka } from '@waybill/messaging';
import { Database, type Logger } from '@waybill/platform';
import type { Config } from '../config.js';
import { KafkaOrderEvents } from './kafka-order-events.js';
import { NatsOrderEvents } from './nats-order-events.js';
import type { OrderEventLog } from './order-events.js';
import { OrderTraces } from './order-traces.js';
import { OrdersController } from './orders.controller.js';

/** What the console knows of the shop. */
@Module({ controllers: [OrdersController] })
export class OrdersModule {
  static with(config: Config, logger: Logger): DynamicModule {
    const { PROCESS_URLS: urls, SERVER_PAGES: pages, TEMPORAL_HTTP_URL: temporal = pages.get('temporal') } = config;
    const events = orderEvents(config, logger);
    const deadLetters = new DeadLetterQueries();
    return {
      module: OrdersModule,
      providers: [
        {
          provide: OrderTraces,
          inject: [Database],
          useFactory: (database: Database) => new OrderTraces({ urls, temporal, events, database, deadLetters }),
        },
      ],
    };
  }
}

function orderEvents(config: Config, logger: Logger): OrderEventLog {
  const { kafkaBrokers: brokers, natsUrl, kafkaTopicPrefix: prefix } = carrierSettings(config);
  if (!brokers) return new NatsOrderEvents(natsUrl!, prefix, logger);
  return new KafkaOrderEvents(createKafka({ brokers, clientId: 'order-trace', logger }), prefix);
}
