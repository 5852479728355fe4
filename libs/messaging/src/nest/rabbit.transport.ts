import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { PostgresInbox } from '@waybill/idempotency';
import type { HealthCheck, OutboxMessage } from '@waybill/outbox';
import { Isolation, StartedAttempts } from '../attempts/index.js';
import { MessageOutbox, RequestReply, registerConsumer } from '../calls/index.js';
import { taskCarrier } from '../carriers/index.js';
import { type OutgoingMessage, type Queue, sourceOf } from '../contract/index.js';
import { encode } from '../envelope/index.js';
import { dispatchTo, handlerPipeline, type Registration } from '../handling/index.js';
import { releaseParkedOf, releaseParkedRegistration } from '../kafka/index.js';
import { type MessagingMetrics, messagingMetrics, retryForever } from '../outcomes/index.js';
import {
  isExclusiveReplyQueue,
  type RabbitClient,
  RabbitConsumer,
  RabbitPublisher,
  RabbitTopology,
  UnconfirmedRabbitPublisher,
} from '../rabbitmq/index.js';
import { ConsumerPauses } from './consumer-pauses.js';
import { HandlerRegistry, sourcesOf } from './handler-registry.js';
import { MessagingOptions } from './messaging.options.js';

const DEFAULT_PREFETCH = 20;

/** RabbitMQ, or SQS or NATS in its place, under Nest: declares the queues and runs one consumer for each queue that has handlers here. */
@Injectable()
export class RabbitTransport extends Server implements CustomTransportStrategy, HealthCheck, OnApplicationShutdown {
  readonly name = 'rabbitmq';
  /** Publishing has a connection of its own: a broker that blocks publishers does not stop consumers. SQS needs none. */
  private readonly publishing: RabbitClient;
  private readonly consuming: RabbitClient;
  readonly publisher: RabbitPublisher;
  /** At most once: sends and forgets. */
  readonly unconfirmed: UnconfirmedRabbitPublisher;
  readonly requests: RequestReply;
  private readonly stopping = new AbortController();
  private readonly source: string;
  private readonly broker: string;
  private readonly metrics: MessagingMetrics;
  private readonly topology: RabbitTopology;
  private consumers: RabbitConsumer[] = [];
  private declared = false;
  /** Why the queues are not declared yet. */
  private failure: Error | undefined;
  private registering: Promise<unknown> | undefined;

  constructor(
    private readonly options: MessagingOptions,
    private readonly registry: HandlerRegistry,
    private readonly outbox: MessageOutbox,
    private readonly attempts: StartedAttempts,
    private readonly isolation: Isolation,
    private readonly pauses: ConsumerPauses,
  ) {
    super();
    const { service, namespace, topology, objectStore } = options;
    this.source = sourceOf(service, namespace);
    this.metrics = messagingMetrics(namespace);
    const carrier = taskCarrier({ ...options, name: service });
    this.broker = carrier.broker;
    this.publishing = carrier.connect('publishing');
    this.consuming = carrier.broker === 'sqs' ? this.publishing : carrier.connect('consuming');
    this.topology = new RabbitTopology(this.consuming, topology.queues, topology.deadLetterQueues);
    this.publisher = new RabbitPublisher(this.publishing, { namespace, topology: this.topology });
    this.unconfirmed = new UnconfirmedRabbitPublisher(this.publishing, namespace);
    const { publishing, consuming, source } = this;
    this.requests = new RequestReply({ publishing, consuming, source, objectStore, namespace });
  }

  /** Returns at once, and waits for an unavailable broker in the background. */
  listen(started: () => void): void {
    void this.consume();
    started();
  }

  /** Consumes no more, and finishes or requeues what is in flight. */
  async close(): Promise<void> {
    this.stopping.abort();
    const { attempts, requests, consumers, registering } = this;
    await Promise.all([
      registering,
      attempts.close(),
      requests.close(),
      ...consumers.map((consumer) => consumer.stop()),
    ]);
  }

  async onApplicationShutdown(): Promise<void> {
    // Closing the channel flushes what was sent without confirms.
    await Promise.allSettled([this.publisher.close(), this.unconfirmed.close()]);
    await Promise.all([this.publishing.close(), this.consuming.close()]);
  }

  /** Rejects with what to do when the broker cannot be used with these settings. */
  async checkSettings(): Promise<void> {
    await this.publishing.check?.();
  }

  async check(): Promise<void> {
    if (!this.declared) throw new Error(`the queues are not declared yet${reasonOf(this.failure)}`);
    if (!this.publishing.isConnected) throw new Error('not connected');
    for (const consumer of this.consumers) await consumer.check();
  }

  note(): string | undefined {
    return this.pauses.noteOf('queue');
  }

  on(): never {
    throw new Error('this transport has no events; see its health and metrics');
  }

  unwrap<T>(): T {
    return this.consuming as T;
  }

  private async consume(): Promise<void> {
    const { logger, service, schema, namespace } = this.options;
    const registrations = this.registry.of('queue');
    const queues = sourcesOf(registrations);
    if (this.registry.of('topic').size > 0) {
      const release = releaseParkedRegistration(service, { logger, schema, namespace });
      registrations.set(release.contract.type, release);
      this.topology.add(releaseParkedOf(service).destination);
    }
    const handle = this.pipeline();
    this.consumers = sourcesOf(registrations).map((name) => this.consumerOf(name, registrations, handle));
    await retryForever(
      () => this.topology.declare(),
      this.stopping.signal,
      (error) => {
        this.failure = error as Error;
        logger.warn({ err: error }, 'could not declare the queues yet');
      },
    );
    if (this.stopping.signal.aborted) return;
    for (const consumer of this.consumers) consumer.start();
    this.declared = true;
    if (this.options.registerWithConsole) this.registering = this.register(queues);
  }

  /** In the background: a console that is down gets it later, and without one this service works all the same. */
  private register(queues: string[]): Promise<unknown> {
    const { service: consumer, logger, namespace } = this.options;
    const registration = { consumer, queues, topics: sourcesOf(this.registry.of('topic')) };
    return retryForever(
      async () => {
        await registerConsumer(this.publishing, registration, namespace);
        return true;
      },
      this.stopping.signal,
      (error) => logger.warn({ err: error }, 'could not register with the console, trying again'),
    );
  }

  private consumerOf(
    queue: string,
    all: ReadonlyMap<string, Registration>,
    handle: ReturnType<typeof handlerPipeline>,
  ) {
    const { service: consumer, logger, prefetch, namespace } = this.options;
    const { attempts, metrics, publisher, consuming: client } = this;
    const stopping = this.stopping.signal;
    const registrations = new Map([...all].filter(([, { contract }]) => contract.destination.name === queue));
    const [destination] = [...registrations.values()].map(({ contract }) => contract.destination as Queue);
    const tasks = new RabbitConsumer({
      client,
      publisher,
      queue,
      retryTiers: destination!.retryTiers,
      declare: () => this.topology.declare(),
      prefetch: prefetch?.[queue] ?? DEFAULT_PREFETCH,
      consumer,
      dispatch: dispatchTo({ consumer, registrations, handle, stopping, metrics, logger, namespace }),
      attempts,
      stopping,
      logger,
      namespace,
    });
    this.pauses.add({
      name: queue,
      kind: 'queue',
      broker: this.broker,
      pause: () => tasks.pause(),
      resume: () => tasks.resume(),
    });
    return tasks;
  }

  private pipeline() {
    const { service: consumer, schema } = this.options;
    const { attempts, outbox, isolation, metrics } = this;
    const inbox = new PostgresInbox({ schema });
    const sendReply = (reply: OutgoingMessage) => this.sendReply(encode(reply, this.source));
    const stopping = this.stopping.signal;
    const settings = this.options;
    return handlerPipeline({ ...settings, inbox, outbox, consumer, sendReply, attempts, isolation, stopping, metrics });
  }

  /** A requester with an exclusive queue gets its reply as it sent the request: at most once. */
  private async sendReply(reply: OutboxMessage): Promise<void> {
    if (isExclusiveReplyQueue(reply.destination)) await this.unconfirmed.publish([reply]);
    else await this.publisher.reply(reply);
  }
}

const reasonOf = (failure: Error | undefined): string => (failure ? `: ${failure.message}` : '');
