import { type DynamicModule, Module } from '@nestjs/common';
import { AuditLog, Batches, BatchRunner, DeadLetterQueries, Review, registerDepthMetrics } from '@waybill/dlq';
import { DeadLetterService } from '@waybill/dlq/nest';
import type { EventCarrier, KafkaClient, RabbitClient, RabbitTopology } from '@waybill/messaging';
import { type Database, Health, type Logger } from '@waybill/platform';
import type { Config } from '../config.js';
import { BatchesController } from './batches.controller.js';
import { deadLetterService } from './collect.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { whenDiscarded } from './discarded-orders.js';
import { validateBody } from './message-schemas.js';
import { ParkedKeys } from './parked-keys.js';
import { storedBodies } from './stored-body.js';

export interface DeadLettersOptions {
  config: Config;
  database: Database;
  events: EventCarrier;
  kafka: KafkaClient;
  rabbit: RabbitClient;
  queues: RabbitTopology;
  logger: Logger;
}

/** Collects the dead letters of the whole system, and lets operators resolve them. */
@Module({ controllers: [BatchesController, DeadLettersController] })
export class DeadLettersModule {
  constructor(health: Health, service: DeadLetterService) {
    health.add(...service.healthChecks());
  }

  static with({ config, ...parts }: DeadLettersOptions): DynamicModule {
    const { database, logger } = parts;
    const review = new Review({ validateBody, whenDiscarded, maxResubmissions: config.MAX_RESUBMISSIONS });
    const batches = new Batches(review);
    const runner = new BatchRunner(batches, database, logger);
    registerDepthMetrics({ database, logger });
    return {
      module: DeadLettersModule,
      providers: [
        { provide: Review, useValue: review },
        { provide: AuditLog, useValue: new AuditLog() },
        { provide: ParkedKeys, useValue: new ParkedKeys(config.PROCESS_URLS) },
        { provide: Batches, useValue: batches },
        { provide: BatchRunner, useValue: runner },
        {
          provide: DeadLetterQueries,
          useValue: new DeadLetterQueries({ readBody: storedBodies(config.OBJECT_STORE) }),
        },
        {
          provide: DeadLetterService,
          useFactory: () =>
            deadLetterService({
              ...parts,
              prefix: config.KAFKA_TOPIC_PREFIX,
              retention: config.RESOLVED_DEAD_LETTER_RETENTION,
              batches: runner,
            }),
        },
      ],
    };
  }
}
