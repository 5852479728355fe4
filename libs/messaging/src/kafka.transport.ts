import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { PostgresInbox } from '@waybill/idempotency';
import type { Kafka } from 'kafkajs';
import { decode } from './decode.middleware.js';
import { EventHandling } from './event-handling.js';
import type { Registration } from './handler.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { createKafka } from './kafka-client.js';
import { KafkaConsumer } from './kafka-consumer.js';
import { KafkaPublisher } from './kafka-publisher.js';
import { declareTopics } from './kafka-topology.js';
import { keepTrying } from './keep-trying.js';
import { MessageOutbox } from './message-outbox.js';
import { MessagingOptions } from './messaging.options.js';
import { observe } from './observe.middleware.js';
import { GivenBack, patience } from './patience.middleware.js';
import { pipeline } from './pipeline.js';
import { redeemClaim } from './redeem-claim.middleware.js';
import type { HealthCheck } from './surroundings.js';
import { timeLimit } from './time-limit.middleware.js';
import { inTransaction } from './transaction.middleware.js';
import { UnconfirmedKafkaPublisher } from './unconfirmed-publishers.js';

const KEYS_A_ROUND = 50;

/** Kafka under Nest: declares the topics and reads those that have handlers here, as one group. */
@Injectable()
export class KafkaTransport extends Server implements CustomTransportStrategy, HealthCheck, OnApplicationShutdown {
  readonly name = 'kafka';
  readonly kafka: Kafka;
  readonly publisher: KafkaPublisher;
  /** For messages that come one by one; the relay's batches have a producer of their own. */
  readonly oneByOne: KafkaPublisher;
  /** At most once: sends and forgets. */
  readonly unconfirmed: UnconfirmedKafkaPublisher;
  private readonly stopping = new AbortController();
  private readonly prefix: string;
  private consumer: KafkaConsumer | undefined;
  private declared = false;

  constructor(
    private readonly options: MessagingOptions,
    private readonly registry: HandlerRegistry,
    private readonly outbox: MessageOutbox,
  ) {
    super();
    const { kafkaBrokers, service, logger, kafkaTopicPrefix = '' } = options;
    this.prefix = kafkaTopicPrefix;
    this.kafka = createKafka({ brokers: kafkaBrokers, clientId: service, logger });
    this.publisher = new KafkaPublisher(this.kafka, this.prefix);
    this.oneByOne = new KafkaPublisher(this.kafka, this.prefix);
    this.unconfirmed = new UnconfirmedKafkaPublisher(this.kafka, this.prefix);
  }

  /** Returns at once; a broker that is away is waited for. */
  listen(started: () => void): void {
    void this.consume();
    started();
  }

  /** Takes no more and finishes or gives back what is in hand. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.consumer?.stop();
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
    await keepTrying(
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
    const { service: group, database, commitTogether, logger, objectStore } = this.options;
    const stopping = this.stopping.signal;
    const deps = {
      database,
      commitTogether,
      inbox: new PostgresInbox(),
      outbox: this.outbox,
      consumer: group,
    };
    const handle = pipeline(
      observe,
      timeLimit,
      patience(logger, stopping),
      redeemClaim(objectStore),
      decode,
      inTransaction(deps),
    );
    const persist = <T>(work: () => Promise<T>) => this.persist(work);
    const handling = new EventHandling({ database, group, registrations, handle, persist, stopping, logger });
    return new KafkaConsumer({
      kafka: this.kafka,
      group,
      topics,
      prefix: this.prefix,
      handling,
      parkedKeys: (topic, keys) => persist(() => handling.parked.waiting(database.autocommit, topic, keys)),
      dueKeys: () => handling.parked.due(database.autocommit, KEYS_A_ROUND),
      stopping,
      logger,
    });
  }

  /** What is known of an event must get into the database before the next one is taken. */
  private async persist<T>(work: () => Promise<T>): Promise<T> {
    const { logger } = this.options;
    const box: { value?: T } = {};
    const done = await keepTrying(
      async () => {
        box.value = await work();
        return true;
      },
      this.stopping.signal,
      (error) => logger.warn({ err: error }, 'the database is away, events wait'),
    );
    if (!done) throw new GivenBack('the process stops');
    return box.value as T;
  }
}
