import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { PostgresInbox } from '@waybill/idempotency';
import type { HealthCheck } from '@waybill/outbox';
import type { Kafka } from 'kafkajs';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox } from '../calls/index.js';
import { dispatchTo, handlerPipeline, type Registration } from '../handling/index.js';
import {
  declareTopics,
  EventHandling,
  KafkaConsumer,
  KafkaPublisher,
  ParkedEvents,
  ParkedRetries,
  UnconfirmedKafkaPublisher,
} from '../kafka/index.js';
import { createKafka, type KafkaClient, KafkaJsClient, PlatformaticClient } from '../kafka-clients/index.js';
import { messagingMetrics, Requeued, retryForever } from '../outcomes/index.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { MessagingOptions } from './messaging.options.js';

/** Kafka under Nest: declares the topics and consumes those that have handlers here, as one group. */
@Injectable()
export class KafkaTransport extends Server implements CustomTransportStrategy, HealthCheck, OnApplicationShutdown {
  readonly name = 'kafka';
  /** For administration and transactions; messages go by `client`. */
  readonly kafka: Kafka;
  readonly publisher: KafkaPublisher;
  /** For messages that are sent one by one; the relay's batches have a producer of their own. */
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
    private readonly isolation: Isolation,
  ) {
    super();
    const { kafkaBrokers: brokers = [], kafkaClient, service, logger, kafkaTopicPrefix = '' } = options;
    const settings = { brokers, clientId: service, logger };
    this.prefix = kafkaTopicPrefix;
    this.kafka = createKafka(settings);
    this.client =
      kafkaClient === '@platformatic/kafka' ? new PlatformaticClient(settings) : new KafkaJsClient(this.kafka);
    this.publisher = new KafkaPublisher(this.client, this.prefix);
    this.oneByOne = new KafkaPublisher(this.client, this.prefix);
    this.unconfirmed = new UnconfirmedKafkaPublisher(this.client, this.prefix);
  }

  /** Returns at once, and waits for an unavailable broker in the background. */
  listen(started: () => void): void {
    void this.consume();
    started();
  }

  /** Consumes no more, and finishes or requeues what is in flight. */
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
    const { topology, service: group, logger, kafkaRetention: retention } = this.options;
    const registrations = this.registry.of('topic');
    const reads = sourcesOf(registrations);
    const { kafka, prefix } = this;
    await retryForever(
      () => declareTopics(kafka, topology.topics, { prefix, retention }, { group, reads }),
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
    const { service: group, database, groupCommit, batchSize, logger, schema, namespace } = this.options;
    const { attempts, outbox, isolation } = this;
    const stopping = this.stopping.signal;
    const metrics = messagingMetrics(namespace);
    const inbox = new PostgresInbox({ schema });
    const settings = this.options;
    const handle = handlerPipeline({
      ...settings,
      inbox,
      outbox,
      consumer: group,
      attempts,
      isolation,
      stopping,
      metrics,
    });
    const dispatch = dispatchTo({ registrations, handle, stopping, metrics, logger });
    const parked = new ParkedEvents(group, schema);
    const shared = { group, dispatch, database, parked, attempts, stopping, schema, namespace };
    // Handlers that share a transaction need no connection each.
    const keyConcurrency = this.options.keyConcurrency ?? (groupCommit && 2 * groupCommit);
    const persist = <T>(work: () => Promise<T>) => this.persist(work);
    return new KafkaConsumer({
      kafka: this.client,
      group,
      topics,
      prefix: this.prefix,
      batchSize,
      handling: new EventHandling({ ...shared, registrations, persist, keyConcurrency }),
      retries: new ParkedRetries({ ...shared, logger }),
      stopping,
      logger,
    });
  }

  /** The outcome of an event must get into the database before the next one is handled. */
  private async persist<T>(work: () => Promise<T>): Promise<T> {
    const { logger } = this.options;
    const box: { value?: T } = {};
    const done = await retryForever(
      async () => {
        box.value = await work();
        return true;
      },
      this.stopping.signal,
      (error) => logger.warn({ err: error }, 'could not write to the database, events wait'),
    );
    if (!done) throw new Requeued();
    return box.value as T;
  }
}
