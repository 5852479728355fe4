import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { PostgresInbox } from '@waybill/idempotency';
import type { HealthCheck } from '@waybill/outbox';
import type { Kafka } from 'kafkajs';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox } from '../calls/index.js';
import { handlerPipeline, type Registration, Requeued } from '../handling/index.js';
import {
  createKafka,
  declareTopics,
  EventHandling,
  EventOutcomes,
  type KafkaClient,
  KafkaConsumer,
  KafkaJsClient,
  KafkaPublisher,
  ParkedEvents,
  ParkedRetries,
  PlatformaticClient,
} from '../kafka/index.js';
import { retryForever } from '../outcomes/index.js';
import { UnconfirmedKafkaPublisher } from '../rabbitmq/index.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { MessagingOptions } from './messaging.options.js';

/** Kafka under Nest: declares the topics and reads those that have handlers here, as one group. */
@Injectable()
export class KafkaTransport extends Server implements CustomTransportStrategy, HealthCheck, OnApplicationShutdown {
  readonly name = 'kafka';
  /** For administration and transactions; messages go by `client`. */
  readonly kafka: Kafka;
  readonly publisher: KafkaPublisher;
  /** For messages that come one by one; the relay's batches have a producer of their own. */
  readonly oneByOne: KafkaPublisher;
  /** At most once: sends and forgets. */
  readonly unconfirmed: UnconfirmedKafkaPublisher;
  private readonly stopping = new AbortController();
  private readonly client: KafkaClient;
  private readonly prefix: string;
  private consumer: KafkaConsumer | undefined;
  private declared = false;

  constructor(
    private readonly options: MessagingOptions,
    private readonly registry: HandlerRegistry,
    private readonly outbox: MessageOutbox,
    private readonly attempts: StartedAttempts,
    private readonly turns: Isolation,
  ) {
    super();
    const { kafkaBrokers, kafkaClient, service, logger, kafkaTopicPrefix = '' } = options;
    const settings = { brokers: kafkaBrokers, clientId: service, logger };
    this.prefix = kafkaTopicPrefix;
    this.kafka = createKafka(settings);
    this.client =
      kafkaClient === '@platformatic/kafka' ? new PlatformaticClient(settings) : new KafkaJsClient(this.kafka);
    this.publisher = new KafkaPublisher(this.client, this.prefix);
    this.oneByOne = new KafkaPublisher(this.client, this.prefix);
    this.unconfirmed = new UnconfirmedKafkaPublisher(this.client, this.prefix);
  }

  /** Returns at once; a broker that is away is waited for. */
  listen(started: () => void): void {
    void this.consume();
    started();
  }

  /** Takes no more and finishes or gives back what is in hand. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.attempts.close(), this.consumer?.stopped()]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.publisher.close(), this.oneByOne.close(), this.unconfirmed.close()]);
  }

  async check(): Promise<void> {
    if (!this.declared) throw new Error('the topics are not declared yet');
    await this.consumer?.check();
  }

  on(): never {
    throw new Error('this transport has no events; see its health and metrics');
  }

  unwrap<T>(): T {
    return this.kafka as T;
  }

  private async consume(): Promise<void> {
    const { topology, service, logger, kafkaRetention } = this.options;
    const registrations = this.registry.of('topic');
    const reads = sourcesOf(registrations);
    await retryForever(
      () =>
        declareTopics(
          this.kafka,
          topology.topics,
          { prefix: this.prefix, retention: kafkaRetention },
          { group: service, reads },
        ),
      this.stopping.signal,
      (error) => logger.warn({ err: error }, 'could not declare the topics yet'),
    );
    if (this.stopping.signal.aborted) return;
    if (reads.length) {
      this.consumer = this.consumerOf(reads, registrations);
      this.consumer.start();
    }
    this.declared = true;
  }

  private consumerOf(topics: string[], registrations: Map<string, Registration>): KafkaConsumer {
    const { service: group, database, groupCommit, logger, objectStore } = this.options;
    const stopping = this.stopping.signal;
    const { attempts, turns, outbox } = this;
    const deps = { database, groupCommit, inbox: new PostgresInbox(), outbox, consumer: group };
    const handle = handlerPipeline({ ...deps, objectStore, attempts, turns, stopping, logger });
    const persist = <T>(work: () => Promise<T>) => this.persist(work);
    const outcomes = new EventOutcomes({ group, registrations, handle, stopping, logger });
    const parked = new ParkedEvents(group);
    // Who shares a transaction needs no connection of its own.
    const keyConcurrency = groupCommit && 2 * groupCommit;
    return new KafkaConsumer({
      kafka: this.client,
      group,
      topics,
      prefix: this.prefix,
      handling: new EventHandling({ database, parked, outcomes, attempts, persist, stopping, keyConcurrency }),
      retries: new ParkedRetries({ database, parked, outcomes, attempts, stopping, logger }),
      stopping,
      logger,
    });
  }

  /** What is known of an event must get into the database before the next one is taken. */
  private async persist<T>(work: () => Promise<T>): Promise<T> {
    const { logger } = this.options;
    const box: { value?: T } = {};
    const done = await retryForever(
      async () => {
        box.value = await work();
        return true;
      },
      this.stopping.signal,
      (error) => logger.warn({ err: error }, 'the database is away, events wait'),
    );
    if (!done) throw new Requeued('the process stops');
    return box.value as T;
  }
}
