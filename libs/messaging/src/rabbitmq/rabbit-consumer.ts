import { setTimeout as pause } from 'node:timers/promises';
import type { HealthCheck, Logger } from '@waybill/outbox';
import { type AsyncMessage, type Connection, type Consumer, ConsumerStatus } from 'rabbitmq-client';
import { v7 as uuidv7 } from 'uuid';
import type { CrashSuspicion, StartedAttempts } from '../attempts/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import type { Delivery, Registration } from '../handling/index.js';
import { deadLetterHeaders, deadLetterQueueOf, MalformedMessage, type Outcome, outcomeOf } from '../outcomes/index.js';
import { attemptHeaders, forward, fromDelivery, isFirstDelivery } from './rabbit-envelope.js';
import type { RabbitPublisher } from './rabbit-publisher.js';
import { retryQueueOf, tierFor } from './rabbit-topology.js';

const AFTER_A_FAILED_MOVE = 1_000;

export interface RabbitConsumerOptions {
  connection: Connection;
  publisher: RabbitPublisher;
  queue: string;
  /** Messages in hand at most. */
  prefetch: number;
  /** Who gives messages up. */
  consumer: string;
  /** By message type. */
  registrations: ReadonlyMap<string, Registration>;
  handle: (delivery: Delivery) => Promise<void>;
  attempts: Pick<StartedAttempts, 'begin' | 'end'>;
  stopping: AbortSignal;
  logger: Logger;
}

/**
 * Takes the tasks of one queue. A message is acknowledged when its effect is committed, or when RabbitMQ has confirmed
 * that it waits elsewhere: in a retry tier or among the dead letters.
 */
export class RabbitConsumer implements HealthCheck {
  readonly name: string;
  private consumer: Consumer | undefined;
  private consuming = false;

  constructor(private readonly options: RabbitConsumerOptions) {
    this.name = `rabbitmq:${options.queue}`;
  }

  start(): void {
    const { connection, queue, prefetch, logger } = this.options;
    this.consumer = connection.createConsumer(
      {
        queue,
        concurrency: prefetch,
        queueOptions: { passive: true },
        qos: { prefetchCount: prefetch },
        requeue: true,
      },
      (delivery) => this.take(delivery),
    );
    this.consumer.on('ready', () => {
      this.consuming = true;
    });
    this.consumer.on('error', (error) => {
      this.consuming = false;
      logger.debug({ err: error, queue }, 'a consumer was interrupted');
    });
    connection.on('error', () => {
      this.consuming = false;
    });
  }

  /** Takes no more, and resolves when what is in hand is done or given back. */
  async stop(): Promise<void> {
    await this.consumer?.close();
  }

  async check(): Promise<void> {
    if (!this.consuming) throw new Error(`does not consume ${this.options.queue} yet`);
  }

  private async take(delivery: AsyncMessage): Promise<ConsumerStatus> {
    const { queue, logger, stopping, attempts } = this.options;
    const message = fromDelivery(delivery, queue);
    const outcome = await outcomeOf(message, () => this.handle(message, delivery), logger);
    try {
      return await this.settle(message, outcome);
    } catch (error) {
      logger.warn(
        { err: error, queue, messageId: message.id },
        'the message could not be moved on, it stays in its queue',
      );
      await pause(AFTER_A_FAILED_MOVE, undefined, { signal: stopping }).catch(() => {});
      return ConsumerStatus.REQUEUE;
    } finally {
      if (!isFirstDelivery(delivery)) attempts.end([message.id]);
    }
  }

  private async handle(message: ReceivedMessage, delivery: AsyncMessage): Promise<void> {
    const { registrations, handle, stopping, queue } = this.options;
    const registration = registrations.get(message.type);
    if (!message.id) throw new MalformedMessage('the message has no id');
    if (!registration) throw new MalformedMessage(`nobody handles '${message.type}' on ${queue}`);
    const suspicion = await this.suspicionOf(message, delivery);
    await handle({ message, registration, signal: stopping, suspicion });
  }

  /** RabbitMQ itself knows what was in the hands of a process that died: it comes again, and says so. */
  private async suspicionOf({ id }: ReceivedMessage, delivery: AsyncMessage): Promise<CrashSuspicion | undefined> {
    if (isFirstDelivery(delivery)) return undefined;
    const suspicions = await this.options.attempts.begin([id], { suspects: delivery.redelivered });
    return suspicions.get(id);
  }

  private async settle(message: ReceivedMessage, outcome: Outcome): Promise<ConsumerStatus> {
    const { publisher, queue } = this.options;
    if (outcome.kind === 'requeued') return ConsumerStatus.REQUEUE;
    if (outcome.kind === 'later') {
      const headers = outcome.attempted ? attemptHeaders(message) : {};
      await publisher.publishOne(forward(message, retryQueueOf(queue, tierFor(outcome.ms)), headers));
    }
    if (outcome.kind === 'dead-letter') {
      const headers = deadLetterHeaders(message, outcome, this.options.consumer);
      // One that came without an id gets one, so that it can be told from the next of its kind.
      const id = message.id || uuidv7();
      await publisher.publishOne(forward({ ...message, id }, deadLetterQueueOf(queue), headers));
    }
    return ConsumerStatus.ACK;
  }
}
