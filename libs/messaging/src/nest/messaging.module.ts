import { type DynamicModule, type INestApplication, Injectable, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ExpiryService } from '@waybill/idempotency/nest';
import type { HealthCheck } from '@waybill/outbox';
import { OutboxRelayService } from '@waybill/outbox/nest';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox, MessageSender, RequestReply } from '../calls/index.js';
import { TopicProgress } from '../kafka/index.js';
import { ClaimsService } from './claims.service.js';
import { ConsumerLagService } from './consumer-lag.service.js';
import { HandlerRegistry } from './handler-registry.js';
import { KafkaTransport } from './kafka.transport.js';
import { MessagingOptions, sourceOf } from './messaging.options.js';
import { Publishers } from './publishers.js';
import { RabbitTransport } from './rabbit.transport.js';

/** What has to be well for messages to come and go. */
@Injectable()
export class MessagingHealth {
  constructor(
    private readonly kafka: KafkaTransport,
    private readonly rabbit: RabbitTransport,
    private readonly relay: OutboxRelayService,
  ) {}

  healthChecks(): HealthCheck[] {
    return [this.kafka, this.rabbit, this.relay.healthCheck()];
  }
}

/**
 * Sends and takes a service's messages. Every provider of the application with `@Handles` gets its messages; what its
 * transactions leave in the outbox is published. Call `connectMessaging` before the application listens.
 */
@Module({})
export class MessagingModule {
  static forRoot(options: MessagingOptions): DynamicModule {
    const { service, database, databaseUrl, logger, kafkaTopicPrefix } = options;
    return {
      module: MessagingModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [
        HandlerRegistry,
        KafkaTransport,
        RabbitTransport,
        MessagingHealth,
        Isolation,
        { provide: StartedAttempts, useValue: new StartedAttempts({ database, consumer: service, logger }) },
        Publishers,
        { provide: MessagingOptions, useValue: options },
        ClaimsService,
        ConsumerLagService,
        {
          provide: MessageOutbox,
          useFactory: ({ claimCheck }: ClaimsService) => new MessageOutbox({ source: sourceOf(service), claimCheck }),
          inject: [ClaimsService],
        },
        { provide: ExpiryService, useFactory: () => new ExpiryService({ database: database.pool, logger }) },
        {
          provide: OutboxRelayService,
          useFactory: ({ ofRelay: targets }: Publishers) =>
            new OutboxRelayService({ connectionString: databaseUrl, targets, logger }),
          inject: [Publishers],
        },
        {
          provide: MessageSender,
          useFactory: ({ ofSender: publishers }: Publishers) =>
            new MessageSender({ source: sourceOf(service), publishers }),
          inject: [Publishers],
        },
        { provide: RequestReply, useFactory: (rabbit: RabbitTransport) => rabbit.requests, inject: [RabbitTransport] },
        {
          provide: TopicProgress,
          useFactory: ({ kafka }: KafkaTransport) => new TopicProgress(kafka, service, kafkaTopicPrefix),
          inject: [KafkaTransport],
        },
      ],
      exports: [MessageOutbox, MessageSender, RequestReply, MessagingHealth, TopicProgress],
    };
  }
}

/** Starts taking messages. A broker that is away is no error: readiness names it until it is there. */
export async function connectMessaging(app: INestApplication): Promise<void> {
  for (const transport of [KafkaTransport, RabbitTransport]) app.connectMicroservice({ strategy: app.get(transport) });
  await app.startAllMicroservices();
}
