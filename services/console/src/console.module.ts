import { type DynamicModule, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { topology } from '@waybill/contracts';
import {
  carrierSettings,
  eventCarrier,
  type KafkaClient,
  KafkaPublisher,
  outboxDeadLetterOf,
  type RabbitClient,
  RabbitPublisher,
  RabbitTopology,
  taskCarrier,
} from '@waybill/messaging';
import { OutboxRelayService } from '@waybill/outbox/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { BacklogService, backlogMonitor, measuredDepths } from './backlog.js';
import type { Config } from './config.js';
import { DeadLettersModule } from './dead-letters/dead-letters.module.js';
import { FaultsModule } from './faults/faults.module.js';
import { InvariantsModule } from './invariants/invariants.module.js';
import { MessagingViewsModule } from './messaging/messaging-views.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { OverviewModule } from './overview/overview.module.js';
import { ProcessesModule } from './processes/processes.module.js';
import { ConsoleAccess } from './session/console-access.js';
import { SessionController } from './session/session.controller.js';
import { Sessions } from './session/sessions.js';
import { QUEUES } from './sources.js';
import { SystemAddresses, SystemController } from './system/system.controller.js';

/** Clients that the whole process shares. */
class Brokers {
  constructor(
    readonly kafka: KafkaClient,
    readonly rabbit: RabbitClient,
    readonly publisher: KafkaPublisher,
  ) {}
}

/** Shows operators the whole system, lets them resolve its dead letters, and measures how far all consumers are behind. */
@Module({ controllers: [SessionController, SystemController] })
export class ConsoleModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    health: Health,
    relay: OutboxRelayService,
    private readonly brokers: Brokers,
  ) {
    health.add(relay.healthCheck());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger, connections: 8 });
    const carriers = { ...carrierSettings(config), name: 'console', logger };
    const [events, tasks] = [eventCarrier(carriers), taskCarrier(carriers)];
    const [kafka, rabbit] = [events.client(), tasks.connect()];
    const { KAFKA_TOPIC_PREFIX: prefix } = config;
    const publisher = new KafkaPublisher(kafka, prefix);
    const depths = measuredDepths(tasks);
    const queues = new RabbitTopology(rabbit, QUEUES, topology.deadLetterQueues);
    const access = new ConsoleAccess(
      new Sessions({ operatorToken: config.OPERATOR_TOKEN, readerToken: config.READER_TOKEN }),
      `console-${config.PORT}`,
    );
    return {
      module: ConsoleModule,
      imports: [
        PlatformModule.with({ logger, database, operator: access }),
        DeadLettersModule.with({ config, database, events, kafka, rabbit, queues, logger }),
        OverviewModule.with(config, logger),
        OrdersModule.with(config, logger),
        MessagingViewsModule.with({ config, events, tasks, depths, access, logger }),
        ProcessesModule.with(config),
        FaultsModule.with(config, { rabbit, queues, publisher, events }),
        InvariantsModule.with(config),
      ],
      providers: [
        { provide: ConsoleAccess, useValue: access },
        { provide: SystemAddresses, useValue: new SystemAddresses(config.PROCESS_URLS, config.SERVER_PAGES) },
        { provide: Brokers, useValue: new Brokers(kafka, rabbit, publisher) },
        {
          provide: BacklogService,
          useFactory: () => new BacklogService(backlogMonitor({ events, tasks, depths, prefix, logger })),
        },
        {
          provide: OutboxRelayService,
          useFactory: () =>
            new OutboxRelayService({
              connectionString: config.DATABASE_URL,
              targets: { rabbitmq: new RabbitPublisher(rabbit, { topology: queues }), kafka: publisher },
              deadLetterOf: outboxDeadLetterOf(),
              logger,
            }),
        },
      ],
    };
  }

  /** Before it listens: waiting would not mend what a broker refuses. */
  async onModuleInit(): Promise<void> {
    await Promise.all([this.brokers.kafka.check?.(), this.brokers.rabbit.check?.()]);
  }

  /** After the relay, which publishes over them, has stopped. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.brokers.rabbit.close(), this.brokers.publisher.close()]);
  }
}
