import { type DynamicModule, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { consumers, topology } from '@waybill/contracts';
import {
  AuditLog,
  Batches,
  BatchRunner,
  Collector,
  ConsumerRegistrations,
  DeadLetterExpiry,
  DeadLetterQueries,
  KafkaCollector,
  RabbitCollector,
  Review,
  registerDepthMetrics,
} from '@waybill/dlq';
import { DeadLetterService } from '@waybill/dlq/nest';
import {
  carrierSettings,
  type EventCarrier,
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
import { BatchesController } from './dead-letters/batches.controller.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { validateBody } from './dead-letters/message-schemas.js';
import { ParkedKeys } from './dead-letters/parked-keys.js';
import { whenDiscarded } from './discarded-orders.js';
import { FaultsModule } from './faults/faults.module.js';
import { InvariantsModule } from './invariants/invariants.module.js';
import { MessagingViewsModule } from './messaging/messaging-views.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { OverviewModule } from './overview/overview.module.js';
import { ConsoleAccess } from './session/console-access.js';
import { SessionController } from './session/session.controller.js';
import { Sessions } from './session/sessions.js';
import { GROUP, QUEUES, SOURCES } from './sources.js';
import { storedBodies } from './stored-body.js';
import { SystemAddresses, SystemController } from './system/system.controller.js';

/** Clients that the whole process shares. */
class Brokers {
  constructor(
    readonly kafka: KafkaClient,
    readonly rabbit: RabbitClient,
    readonly publisher: KafkaPublisher,
  ) {}
}

/** Collects the dead letters of all brokers, lets operators resolve them, and measures how far all consumers are behind. */
@Module({ controllers: [BatchesController, DeadLettersController, SessionController, SystemController] })
export class ConsoleModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    health: Health,
    deadLetters: DeadLetterService,
    relay: OutboxRelayService,
    private readonly brokers: Brokers,
  ) {
    health.add(...deadLetters.healthChecks(), relay.healthCheck());
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
    const review = new Review({ validateBody, whenDiscarded, maxResubmissions: config.MAX_RESUBMISSIONS });
    const batches = new Batches(review);
    const runner = new BatchRunner(batches, database, logger);
    const access = new ConsoleAccess(
      new Sessions({ operatorToken: config.OPERATOR_TOKEN, readerToken: config.READER_TOKEN }),
      `console-${config.PORT}`,
    );
    registerDepthMetrics({ database, logger });
    return {
      module: ConsoleModule,
      imports: [
        PlatformModule.with({ logger, database, operator: access }),
        OverviewModule.with(config, logger),
        OrdersModule.with(config, logger),
        MessagingViewsModule.with({ config, events, tasks, depths, access, logger }),
        FaultsModule.with(config, { rabbit, queues, publisher, events }),
        InvariantsModule.with(config),
      ],
      providers: [
        { provide: ConsoleAccess, useValue: access },
        { provide: SystemAddresses, useValue: new SystemAddresses(config.PROCESS_URLS, config.SERVER_PAGES) },
        { provide: Brokers, useValue: new Brokers(kafka, rabbit, publisher) },
        { provide: Review, useValue: review },
        { provide: AuditLog, useValue: new AuditLog() },
        { provide: ParkedKeys, useValue: new ParkedKeys(config.PROCESS_URLS) },
        { provide: Batches, useValue: batches },
        { provide: BatchRunner, useValue: runner },
        {
          provide: BacklogService,
          useFactory: () => new BacklogService(backlogMonitor({ events, tasks, depths, prefix, logger })),
        },
        {
          provide: DeadLetterQueries,
          useValue: new DeadLetterQueries({ readBody: storedBodies(config.OBJECT_STORE) }),
        },
        {
          provide: DeadLetterService,
          useFactory: () => deadLetterService(config, logger, database, { events, kafka, rabbit, queues }, runner),
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

interface Connections {
  events: EventCarrier;
  kafka: KafkaClient;
  rabbit: RabbitClient;
  queues: RabbitTopology;
}

function deadLetterService(
  config: Config,
  logger: Logger,
  database: Database,
  { events, kafka, rabbit, queues }: Connections,
  batches: BatchRunner,
) {
  const { KAFKA_TOPIC_PREFIX: prefix } = config;
  const collector = new Collector({ database, logger });
  /** The groups' topics. Dead letter topics of an application that registers are declared like the system's own. */
  const read = new Map(
    Object.entries(consumers).map(([group, { topics }]) => [group, new Set(topics.map(({ name }) => name))]),
  );
  const rabbitmq = new RabbitCollector({
    client: rabbit,
    sources: SOURCES.filter(({ kind }) => kind !== 'topic'),
    declare: () => queues.declare(),
    collector,
  });
  const kafkaCollector = new KafkaCollector({
    kafka,
    group: GROUP,
    sources: SOURCES.filter(({ kind }) => kind === 'topic'),
    async declare() {
      const readers = [...read].map(([group, topics]) => ({ group, reads: [...topics] }));
      const topics = events.topology([], readers);
      await topics.declare().finally(() => topics.close());
    },
    prefix,
    collector,
    logger,
  });
  return new DeadLetterService({
    collector,
    batches,
    rabbitmq,
    kafka: kafkaCollector,
    registrations: new ConsumerRegistrations({
      client: rabbit,
      database,
      collector,
      onConsumer({ consumer, topics }, sources) {
        read.set(consumer, (read.get(consumer) ?? new Set()).union(new Set(topics)));
        for (const source of sources.filter(({ kind }) => kind === 'queue')) rabbitmq.add(source);
        kafkaCollector.add(sources.filter(({ kind }) => kind === 'topic'));
      },
      logger,
    }),
    expiry: new DeadLetterExpiry({
      database: database.autocommit,
      logger,
      retention: config.RESOLVED_DEAD_LETTER_RETENTION,
    }),
  });
}
