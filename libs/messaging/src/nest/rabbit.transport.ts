import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { PostgresInbox } from '@waybill/idempotency';
import type { HealthCheck, OutboxMessage } from '@waybill/outbox';
import type { Connection } from 'rabbitmq-client';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox, RequestReply } from '../calls/index.js';
import type { OutgoingMessage } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { type Delivery, handlerPipeline, type Registration } from '../handling/index.js';
import { releaseParkedOf, releaseParkedRegistration } from '../kafka/index.js';
import { retryForever } from '../outcomes/index.js';
import {
  createRabbit,
  declareQueues,
  isExclusiveReplyQueue,
  RabbitConsumer,
  RabbitPublisher,
  UnconfirmedRabbitPublisher,
} from '../rabbitmq/index.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { MessagingOptions, sourceOf } from './messaging.options.js';

const DEFAULT_PREFETCH = 20;

/** RabbitMQ under Nest: declares the queues and runs one consumer for each queue that has handlers here. */
@Injectable()
export class RabbitTransport extends Server implements CustomTransportStrategy, HealthCheck, OnApplicationShutdown {
  readonly name = 'rabbitmq';
  /** Publishing has a connection of its own: a broker that blocks publishers does not stop consumers. */
  private readonly publishing: Connection;
  private readonly consuming: Connection;
  readonly publisher: RabbitPublisher;
  /** At most once: sends and forgets. */
  readonly unconfirmed: UnconfirmedRabbitPublisher;
  readonly requests: RequestReply;
  private readonly stopping = new AbortController();
  private consumers: RabbitConsumer[] = [];
  private declared = false;

  constructor(
    private readonly options: MessagingOptions,
    private readonly registry: HandlerRegistry,
    private readonly outbox: MessageOutbox,
    private readonly attempts: StartedAttempts,
    private readonly turns: Isolation,
  ) {
    super();
    this.publishing = this.connect('publishing');
    this.consuming = this.connect('consuming');
    this.publisher = new RabbitPublisher(this.publishing);
    this.unconfirmed = new UnconfirmedRabbitPublisher(this.publishing);
    const { publishing, consuming } = this;
    this.requests = new RequestReply({ publishing, consuming, source: sourceOf(options.service) });
  }

  /** Returns at once; a broker that is away is waited for. */
  listen(started: () => void): void {
    void this.consume();
    started();
  }

  /** Takes no more and finishes or gives back what is in hand. */
  async close(): Promise<void> {
    this.stopping.abort();
    const { attempts, requests, consumers } = this;
    await Promise.all([attempts.close(), requests.close(), ...consumers.map((consumer) => consumer.stop())]);
  }

  async onApplicationShutdown(): Promise<void> {
    // What was sent and not confirmed has arrived when its channel is closed.
    await Promise.allSettled([this.publisher.close(), this.unconfirmed.close()]);
    this.publishing.unsafeDestroy();
    this.consuming.unsafeDestroy();
  }

  async check(): Promise<void> {
    if (!this.declared) throw new Error('the queues are not declared yet');
    if (!this.publishing.ready) throw new Error('not connected');
    for (const consumer of this.consumers) await consumer.check();
  }

  on(): never {
    throw new Error('this transport has no events; see its health and metrics');
  }

  unwrap<T>(): T {
    return this.consuming as T;
  }

  private async consume(): Promise<void> {
    const { topology, logger, service } = this.options;
    const registrations = this.registry.of('queue');
    const queues = [...topology.queues];
    if (this.registry.of('topic').size > 0) {
      const release = releaseParkedRegistration(service, logger);
      registrations.set(release.contract.type, release);
      queues.push(releaseParkedOf(service).destination);
    }
    const handle = this.pipeline();
    await retryForever(
      () => declareQueues(this.consuming, queues, topology.deadLetterQueues),
      this.stopping.signal,
      (error) => logger.warn({ err: error }, 'could not declare the queues yet'),
    );
    if (this.stopping.signal.aborted) return;
    this.consumers = sourcesOf(registrations).map((queue) => this.consumerOf(queue, registrations, handle));
    for (const consumer of this.consumers) consumer.start();
    this.declared = true;
  }

  private consumerOf(
    queue: string,
    registrations: Map<string, Registration>,
    handle: (delivery: Delivery) => Promise<void>,
  ) {
    const { service, logger, prefetch } = this.options;
    const ofQueue = [...registrations].filter(([, { contract }]) => contract.destination.name === queue);
    return new RabbitConsumer({
      connection: this.consuming,
      publisher: this.publisher,
      queue,
      prefetch: prefetch?.[queue] ?? DEFAULT_PREFETCH,
      consumer: service,
      registrations: new Map(ofQueue),
      handle,
      attempts: this.attempts,
      stopping: this.stopping.signal,
      logger,
    });
  }

  private pipeline() {
    const { service, database, groupCommit, logger, objectStore } = this.options;
    const answer = (reply: OutgoingMessage) => this.answer(encode(reply, sourceOf(service)));
    const { attempts, outbox, turns, stopping } = this;
    const deps = { database, groupCommit, inbox: new PostgresInbox(), outbox, consumer: service, answer };
    return handlerPipeline({ ...deps, objectStore, attempts, turns, stopping: stopping.signal, logger });
  }

  /** Who waits in a queue of its own asked at most once, and is answered so. */
  private async answer(reply: OutboxMessage): Promise<void> {
    if (isExclusiveReplyQueue(reply.destination)) await this.unconfirmed.publish([reply]);
    else await this.publisher.publishOne(reply);
  }

  private connect(purpose: string): Connection {
    const { rabbitmqUrl: url, service, logger } = this.options;
    return createRabbit({ url, name: `${service} ${purpose}`, logger });
  }
}
