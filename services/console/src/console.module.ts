import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { consumers, topology } from '@waybill/contracts';
import {
  Batches,
  BatchRunner,
  Collector,
  DeadLetterExpiry,
  DeadLetterQueries,
  KafkaCollector,
  RabbitCollector,
  Review,
  registerDepthMetrics,
} from '@waybill/dlq';
import { DeadLetterService } from '@waybill/dlq/nest';
import {
  AmqplibClient,
  createKafka,
  declareQueues,
  declareTopics,
  KafkaJsClient,
  type RabbitClient,
  RabbitPublisher,
} from '@waybill/messaging';
import { OutboxRelayService } from '@waybill/outbox/nest';
import { Database, Health, type Logger } from '@waybill/platform';
import { PlatformModule } from '@waybill/platform/nest';
import type { Config } from './config.js';
import { BatchesController } from './http/batches.controller.js';
import { DeadLettersController } from './http/dead-letters.controller.js';
import { OperatorToken } from './http/operator.guard.js';
import { QUEUES, SOURCES, validateBody } from './sources.js';
import { storedBodies } from './stored-body.js';

/** Collects the dead letters of all brokers and lets operators resolve them. */
@Module({ controllers: [BatchesController, DeadLettersController] })
export class ConsoleModule implements OnApplicationShutdown {
  constructor(
    health: Health,
    deadLetters: DeadLetterService,
    relay: OutboxRelayService,
    private readonly rabbit: AmqplibClient,
  ) {
    health.add(...deadLetters.healthChecks(), relay.healthCheck());
  }

  static with(config: Config, logger: Logger): DynamicModule {
    const database = new Database({ url: config.DATABASE_URL, logger, connections: 8 });
    const rabbit = new AmqplibClient({ url: config.RABBITMQ_URL, name: 'console', logger });
    const review = new Review({ validateBody, maxResubmissions: config.MAX_RESUBMISSIONS });
    const batches = new Batches(review);
    const runner = new BatchRunner(batches, database, logger);
    registerDepthMetrics({ database, logger });
    return {
      module: ConsoleModule,
      imports: [PlatformModule.with({ logger, database })],
      providers: [
        { provide: AmqplibClient, useValue: rabbit },
        { provide: Review, useValue: review },
        { provide: Batches, useValue: batches },
        { provide: BatchRunner, useValue: runner },
        {
          provide: DeadLetterQueries,
          useValue: new DeadLetterQueries({ readBody: storedBodies(config.OBJECT_STORE) }),
        },
        { provide: OperatorToken, useValue: new OperatorToken(config.OPERATOR_TOKEN) },
        { provide: DeadLetterService, useFactory: () => deadLetterService(config, logger, database, rabbit, runner) },
        {
          provide: OutboxRelayService,
          useFactory: () =>
            new OutboxRelayService({
              connectionString: config.DATABASE_URL,
              targets: { rabbitmq: new RabbitPublisher(rabbit) },
              logger,
            }),
        },
      ],
    };
  }

  /** After the relay, which publishes over it, has stopped. */
  async onApplicationShutdown(): Promise<void> {
    await this.rabbit.close();
  }
}

function deadLetterService(
  config: Config,
  logger: Logger,
  database: Database,
  rabbit: RabbitClient,
  batches: BatchRunner,
) {
  const { KAFKA_BROKERS: brokers, KAFKA_TOPIC_PREFIX: prefix } = config;
  const kafka = createKafka({ brokers, clientId: 'console', logger });
  const collector = new Collector({ database, logger });
  return new DeadLetterService({
    collector,
    batches,
    expiry: new DeadLetterExpiry({
      database: database.autocommit,
      logger,
      retention: config.RESOLVED_DEAD_LETTER_RETENTION,
    }),
    rabbitmq: new RabbitCollector({
      client: rabbit,
      sources: SOURCES.filter(({ kind }) => kind === 'queue'),
      declare: () => declareQueues(rabbit, QUEUES, topology.deadLetterQueues),
      collector,
    }),
    kafka: new KafkaCollector({
      kafka: new KafkaJsClient(kafka),
      group: 'console',
      sources: SOURCES.filter(({ kind }) => kind === 'topic'),
      async declare() {
        for (const [group, { topics }] of Object.entries(consumers)) {
          await declareTopics(kafka, [], { prefix }, { group, reads: topics.map(({ name }) => name) });
        }
      },
      prefix,
      collector,
      logger,
    }),
  });
}
