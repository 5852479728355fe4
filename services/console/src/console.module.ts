import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { consumers, topology } from '@waybill/contracts';
import {
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
  KafkaPublisher,
  outboxDeadLetterOf,
  type RabbitClient,
  RabbitPublisher,
  RabbitTopology,
  type TaskCarrier,
  taskCarrier,
} from '@waybill/messaging';
import { OutboxRelayService } from '@waybill/outbox/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import { BacklogService, backlogMonitor } from './backlog.js';
import type { Config } from './config.js';
import { whenDiscarded } from './discarded-orders.js';
import { BatchesController } from './http/batches.controller.js';
import { DeadLettersController } from './http/dead-letters.controller.js';
import { GROUP, QUEUES, SOURCES, validateBody } from './sources.js';
import { storedBodies } from './stored-body.js';

/** Collects the dead letters of all brokers, lets operators resolve them, and measures how far all consumers are behind. */
@Module({ controllers: [BatchesController, DeadLettersController] })
export class ConsoleModule implements OnApplicationShutdown {
  constructor(
    health: Health,
    deadLetters: DeadLetterService,
    relay: OutboxRelayService,
    private readonly rabbit: AmqplibClient,
    private readonly kafka: KafkaPublisher,
  ) {
    health.add(...deadLetters.healthChecks(), relay.healthCheck());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger, connections: 8 });
    const rabbit = new AmqplibClient({ url: config.RABBITMQ_URL, name: 'console', logger });
    const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix } = config;
    const kafka = createKafka({ brokers, clientId: 'console', logger });
    const publisher = new KafkaPublisher(new KafkaJsClient(kafka), prefix);
    const queues = new RabbitTopology(rabbit, QUEUES, topology.deadLetterQueues);
    const review = new Review({ validateBody, whenDiscarded, maxResubmissions: config.MAX_RESUBMISSIONS });
    const batches = new Batches(review);
    const runner = new BatchRunner(batches, database, logger);
    registerDepthMetrics({ database, logger });
    return {
      module: ConsoleModule,
      imports: [PlatformModule.with({ logger, database, operatorToken: config.OPERATOR_TOKEN })],
      providers: [
        { provide: AmqplibClient, useValue: rabbit },
        { provide: KafkaPublisher, useValue: publisher },
        { provide: Review, useValue: review },
        { provide: Batches, useValue: batches },
        { provide: BatchRunner, useValue: runner },
        { provide: BacklogService, useFactory: () => new BacklogService(backlogMonitor(config, logger)) },
        {
          provide: DeadLetterQueries,
          useValue: new DeadLetterQueries({ readBody: storedBodies(config.OBJECT_STORE) }),
        },
        {
          provide: DeadLetterService,
          useFactory: () => deadLetterService(config, logger, database, { rabbit, queues, kafka }, runner),
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

  /** After the relay, which publishes over them, has stopped. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.rabbit.close(), this.kafka.close()]);
  }
}

function deadLetterService(
  config: Config,
  logger: Logger,
  database: Database,
  { rabbit, queues, kafka }: { rabbit: RabbitClient; queues: RabbitTopology; kafka: Kafka },
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
    kafka: new KafkaJsClient(kafka),
    group: GROUP,
    sources: SOURCES.filter(({ kind }) => kind === 'topic'),
    async declare() {
      for (const [group, topics] of read) await declareTopics(kafka, [], { prefix }, { group, reads: [...topics] });
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
