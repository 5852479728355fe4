import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { PostgresInbox } from '@waybill/idempotency';
import type { HealthCheck } from '@waybill/outbox';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox } from '../calls/index.js';
import { type EventCarrier, eventCarrier } from '../carriers/index.js';
import { dispatchTo, handlerPipeline, type Registration } from '../handling/index.js';
import {
  EventHandling,
  KafkaConsumer,
  KafkaPublisher,
  keepDeclared,
  ParkedEvents,
  ParkedHandling,
  type TopicProgress,
  type TopicTopology,
  UnconfirmedKafkaPublisher,
} from '../kafka/index.js';
import type { KafkaClient } from '../kafka-clients/index.js';
import { messagingMetrics, Requeued, retryForever } from '../outcomes/index.js';
import { ConsumerPauses } from './consumer-pauses.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { MessagingOptions } from './messaging.options.js';

/** Kafka, or NATS instead, under Nest: declares the topics and consumes those that have handlers here, as one group. */
@Injectable()
export class KafkaTransport extends Server implements CustomTransportStrategy, HealthCheck, OnApplicationShutdown {
  readonly name = 'kafka';
  readonly publisher: KafkaPublisher;
  /** For messages that are sent one by one; the relay's batches have a producer of their own. */
  readonly oneByOne: KafkaPublisher;
  /** At most once: sends and forgets. */
  readonly unconfirmed: UnconfirmedKafkaPublisher;
  private readonly stopping = new AbortController();
  private readonly carrier: EventCarrier;
  private readonly client: KafkaClient;
  private readonly prefix: string;
  private consumer: KafkaConsumer | undefined;
  private topology: TopicTopology | undefined;
  private keeping: Promise<void> | undefined;
  /** Why the topics are not declared yet. */
  private failure: Error | undefined;

  constructor(
    private readonly options: MessagingOptions,
    private readonly registry: HandlerRegistry,
    private readonly outbox: MessageOutbox,
    private readonly attempts: StartedAttempts,
    private readonly isolation: Isolation,
    private readonly pauses: ConsumerPauses,
  ) {
    super();
    this.carrier = eventCarrier({ ...options, name: options.service });
    this.prefix = options.kafkaTopicPrefix ?? '';
    this.client = this.carrier.client();
    const { client } = this;
    this.publisher = new KafkaPublisher(client, this.prefix);
    this.oneByOne = new KafkaPublisher(client, this.prefix);
    this.unconfirmed = new UnconfirmedKafkaPublisher(client, this.prefix);
  }

  /** How far this service has read. */
  progress(): Pick<TopicProgress, 'of' | 'close'> {
    return this.carrier.progress(this.options.service);
  }

  /** Rejects with what to do when the broker cannot be used with these settings. */
  async checkSettings(): Promise<void> {
    await this.client.check?.();
  }

  /** Returns at once, and waits for an unavailable broker in the background. */
  listen(started: () => void): void {
    void this.consume();
    started();
  }

  /** Consumes no more, and finishes or requeues what is in flight. */
  async close(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.attempts.close(), this.consumer?.stopped(), this.keeping]);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.publisher.close(), this.oneByOne.close(), this.unconfirmed.close()]);
  }

  async check(): Promise<void> {
    if (!this.topology) throw new Error('not started yet');
    if (this.failure) throw this.failure;
    this.topology.check();
    await this.consumer?.check();
  }

  note(): string | undefined {
    return this.pauses.noteOf('topic');
  }

  on(): never {
    throw new Error('this transport has no events; see its health and metrics');
  }

  unwrap<T>(): T {
    return this.client as T;
  }

  private async consume(): Promise<void> {
    const { service: group, topology, logger } = this.options;
    const registrations = this.registry.of('topic');
    const reads = sourcesOf(registrations);
    const stopping = this.stopping.signal;
    this.topology = this.carrier.topology(topology.topics, [{ group, reads }]);
    this.consumer = reads.length ? this.consumerOf(reads, registrations) : undefined;
    await retryForever(
      () => this.topology!.declare(),
      stopping,
      (error) => {
        this.failure = error as Error;
        logger.warn({ err: error }, 'could not declare the topics yet');
      },
    );
    this.failure = undefined;
    if (stopping.aborted) return;
    this.keeping = keepDeclared(this.topology, stopping, logger);
    this.consumer?.start();
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
    const dispatch = dispatchTo({ consumer: group, registrations, handle, stopping, metrics, logger, namespace });
    const parked = new ParkedEvents(group, schema);
    const paused = new Set<string>();
    const persist = <T>(work: () => Promise<T>) => this.persist(work);
    const shared = {
      group,
      dispatch,
      database,
      parked,
      attempts,
      persist,
      paused,
      stopping,
      logger,
      metrics,
      schema,
      namespace,
    };
    const parkedHandling = new ParkedHandling(shared);
    // Handlers that share a transaction need no connection each.
    const keyConcurrency = this.options.keyConcurrency ?? (groupCommit && 2 * groupCommit);
    const consumer = new KafkaConsumer({
      kafka: this.client,
      group,
      topics,
      prefix: this.prefix,
      batchSize,
      handling: new EventHandling({ ...shared, registrations, parkedHandling, keyConcurrency }),
      parkedHandling,
      paused,
      stopping,
      logger,
    });
    const { broker } = this.carrier;
    this.pauses.add(
      ...topics.map((name) => ({
        name,
        kind: 'topic' as const,
        broker,
        pause: () => consumer.pause(name),
        resume: () => consumer.resume(name),
      })),
    );
    return consumer;
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
