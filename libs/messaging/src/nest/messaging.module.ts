import {
  type DynamicModule,
  type INestApplication,
  Injectable,
  Module,
  type OnApplicationShutdown,
  Optional,
  type Provider,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ExpiryService } from '@waybill/idempotency/nest';
import { ConsumerControl, type HealthCheck, ParkedEventsView, PostgresOutbox } from '@waybill/outbox';
import { OutboxRelayService } from '@waybill/outbox/nest';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox, MessageSender, RequestReply } from '../calls/index.js';
import { carriesEvents, carriesTasks } from '../carriers/index.js';
import { sourceOf } from '../contract/index.js';
import { ParkedList, TopicProgress } from '../kafka/index.js';
import { outboxDeadLetterOf } from '../rabbitmq/index.js';
import { checkConsumers } from './check-consumers.js';
import { ClaimsService } from './claims.service.js';
import { ConsumerPauses } from './consumer-pauses.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { KafkaTransport } from './kafka.transport.js';
import { MessagingOptions } from './messaging.options.js';
import { ParkedDepthService } from './parked-depth.service.js';
import { Publishers } from './publishers.js';
import { RabbitTransport } from './rabbit.transport.js';

/** Healthy when messages can be sent and consumed. */
@Injectable()
export class MessagingHealth {
  constructor(
    private readonly relay: OutboxRelayService,
    @Optional() private readonly kafka?: KafkaTransport,
    @Optional() private readonly rabbit?: RabbitTransport,
  ) {}

  healthChecks(): HealthCheck[] {
    return [this.kafka, this.rabbit, this.relay.healthCheck()].filter((check) => check !== undefined);
  }
}

/** Between two looks at the outbox, in ms: only what no notification announced waits for it. */
const POLL_INTERVAL = 2_000;

/**
 * Sends and handles a service's messages. Every provider of the application with `@Handles` gets its messages; what its
 * transactions add to the outbox is published. Call `connectMessaging` before the application listens.
 */
@Module({})
export class MessagingModule implements OnApplicationShutdown {
  constructor(@Optional() private readonly progress?: TopicProgress) {}

  async onApplicationShutdown(): Promise<void> {
    await this.progress?.close();
  }

  static forRoot(options: MessagingOptions): DynamicModule {
    const { service, database, databaseUrl, logger, schema, namespace } = options;
    const [hasEvents, hasTasks] = [carriesEvents(options), carriesTasks(options)];
    const source = sourceOf(service, namespace);
    const providers: Provider[] = [
      HandlerRegistry,
      MessagingHealth,
      Isolation,
      ConsumerPauses,
      { provide: ConsumerControl, useExisting: ConsumerPauses },
      { provide: StartedAttempts, useValue: new StartedAttempts({ database, consumer: service, schema, logger }) },
      Publishers,
      { provide: MessagingOptions, useValue: options },
      ClaimsService,
      {
        provide: MessageOutbox,
        useFactory: ({ claimCheck }: ClaimsService) =>
          new MessageOutbox({ source, outbox: new PostgresOutbox({ schema }), claimCheck, namespace }),
        inject: [ClaimsService],
      },
      { provide: ExpiryService, useFactory: () => new ExpiryService({ database: database.pool, schema, logger }) },
      {
        provide: OutboxRelayService,
        useFactory: ({ ofRelay: targets }: Publishers) =>
          new OutboxRelayService({
            connectionString: databaseUrl,
            targets,
            pollInterval: POLL_INTERVAL,
            deadLetterOf: hasTasks ? outboxDeadLetterOf(namespace) : undefined,
            schema,
            metricPrefix: namespace,
            logger,
          }),
        inject: [Publishers],
      },
      {
        provide: MessageSender,
        useFactory: ({ ofSender: publishers }: Publishers) => new MessageSender({ source, publishers }),
        inject: [Publishers],
      },
    ];
    return {
      module: MessagingModule,
      global: true,
      imports: [DiscoveryModule],
      providers: [...providers, ...(hasEvents ? eventProviders : []), ...(hasTasks ? taskProviders : [])],
      exports: [
        MessageOutbox,
        MessageSender,
        MessagingHealth,
        ...(hasEvents ? [ParkedEventsView, TopicProgress] : []),
        ConsumerControl,
        ...(hasEvents ? [TopicProgress] : []),
        ...(hasTasks ? [RequestReply] : []),
      ],
    };
  }
}

const eventProviders: Provider[] = [
  KafkaTransport,
  ParkedDepthService,
  {
    provide: ParkedEventsView,
    useFactory: ({ service: consumer, database, schema }: MessagingOptions) =>
      new ParkedList({ consumer, database, schema }),
    inject: [MessagingOptions],
  },
  { provide: TopicProgress, useFactory: (transport: KafkaTransport) => transport.progress(), inject: [KafkaTransport] },
];

const taskProviders: Provider[] = [
  RabbitTransport,
  { provide: RequestReply, useFactory: ({ requests }: RabbitTransport) => requests, inject: [RabbitTransport] },
];

/**
 * Starts consuming. An unavailable broker is no error: readiness names it until it is there. Handlers that would never get
 * a message are one, and so are a queue that no service consumes, and settings that a broker refuses.
 */
export async function connectMessaging(app: INestApplication): Promise<void> {
  const options = app.get(MessagingOptions);
  const { topology, service } = options;
  const [hasEvents, hasTasks] = [carriesEvents(options), carriesTasks(options)];
  const registry = app.get(HandlerRegistry);
  const topics = sourcesOf(registry.of('topic'));
  const queues = sourcesOf(registry.of('queue'));
  if (topics.length && !hasEvents)
    throw new Error(`${topics.join(', ')}: handlers of events need kafkaBrokers or natsUrl`);
  if (queues.length && !hasTasks)
    throw new Error(`${queues.join(', ')}: handlers of tasks need rabbitmqUrl, sqs or natsUrl`);
  checkConsumers(topology, service, { topics, queues });

  const transports = [...(hasEvents ? [app.get(KafkaTransport)] : []), ...(hasTasks ? [app.get(RabbitTransport)] : [])];
  for (const strategy of transports) {
    await strategy.checkSettings();
    app.connectMicroservice({ strategy });
  }
  await app.startAllMicroservices();
}
