import { setTimeout as pause } from 'node:timers/promises';
import type { HealthCheck, Logger } from '@waybill/outbox';
import type { CrashSuspicion, StartedAttempts } from '../attempts/index.js';
import { identityOf, newMessageId, type ReceivedMessage } from '../envelope/index.js';
import type { Dispatch } from '../handling/index.js';
import { deadLetterHeaders, deadLetterQueueOf, type Outcome } from '../outcomes/index.js';
import { fitted, forwarded, withoutBody } from './forward.js';
import {
  type QueueReader,
  type RabbitClient,
  type RabbitDelivery,
  type RabbitMessage,
  RabbitRejection,
  type Settlement,
} from './rabbit-client.js';
import { attemptHeaders, fromDelivery, isFirstDelivery } from './rabbit-envelope.js';
import type { RabbitPublisher } from './rabbit-publisher.js';
import { retryQueueOf, tierFor } from './rabbit-topology.js';

const PAUSE_AFTER_FAILED_FORWARD = 1_000;

export interface RabbitConsumerOptions {
  client: RabbitClient;
  publisher: RabbitPublisher;
  queue: string;
  /** Of the queue, as its contract declares them. */
  retryTiers: readonly number[];
  /** Creates the queue when it is missing, whenever consuming begins. */
  declare?(): Promise<void>;
  /** Messages in flight. */
  prefetch: number;
  /** The service, as dead letters name it. */
  consumer: string;
  dispatch: Dispatch;
  attempts: Pick<StartedAttempts, 'begin' | 'end'>;
  stopping: AbortSignal;
  logger: Logger;
  namespace?: string | undefined;
}

/**
 * Consumes the tasks of one queue. A message is acknowledged when its effect is committed, or when RabbitMQ has confirmed
 * that it waits elsewhere: in a retry tier or among the dead letters.
 */
export class RabbitConsumer implements HealthCheck {
  readonly name: string;
  private reader: QueueReader | undefined;
  /** Whether `start` was called. */
  private isStarted = false;
  private isPaused = false;
  /** What paused readers have in flight. */
  private readonly ending = new Set<Promise<void>>();

  constructor(private readonly options: RabbitConsumerOptions) {
    this.name = `rabbitmq:${options.queue}`;
  }

  start(): void {
    this.isStarted = true;
    this.read();
  }

  /** Takes no more messages, also after a reconnect; resolves when those in flight are settled. The others wait in the queue. */
  async pause(): Promise<void> {
    const { reader } = this;
    this.isPaused = true;
    this.reader = undefined;
    const ending = (reader?.close() ?? Promise.resolve()).finally(() => this.ending.delete(ending));
    this.ending.add(ending);
    await ending;
  }

  resume(): void {
    this.isPaused = false;
    this.read();
  }

  /** Consumes no more, and resolves when what is in flight is settled. */
  async stop(): Promise<void> {
    await Promise.all([this.reader?.close(), ...this.ending]);
  }

  async check(): Promise<void> {
    const { reader } = this;
    if (reader?.queue || this.isPaused) return;
    throw new Error(`does not consume ${this.options.queue}: ${reader?.failure?.message ?? 'not started yet'}`);
  }

  private read(): void {
    const { client, queue, prefetch, declare, stopping } = this.options;
    if (!this.isStarted || this.isPaused || stopping.aborted) return;
    this.reader = client.reader({ queue, prefetch, declare, onMessage: (delivery) => this.consume(delivery) });
  }

  private async consume(delivery: RabbitDelivery): Promise<Settlement> {
    const { queue, dispatch, logger, stopping, attempts, namespace } = this.options;
    const message = fromDelivery(delivery, queue, namespace);
    const isFirst = isFirstDelivery(delivery);
    const outcome = await dispatch(message, isFirst ? undefined : () => this.suspicionOf(message, delivery));
    try {
      return await this.settle(message, delivery, outcome);
    } catch (error) {
      logger.warn({ err: error, queue, messageId: message.id }, 'could not forward the message, it stays in its queue');
      await pause(PAUSE_AFTER_FAILED_FORWARD, undefined, { signal: stopping }).catch(() => {});
      return 'requeue';
    } finally {
      if (!isFirst) attempts.end([identityOf(message)]);
    }
  }

  /** RabbitMQ itself knows what was in flight when a process died: it redelivers it, and says so. */
  private async suspicionOf(
    message: ReceivedMessage,
    { redelivered }: RabbitDelivery,
  ): Promise<CrashSuspicion | undefined> {
    const identity = identityOf(message);
    const suspicions = await this.options.attempts.begin([identity], { suspects: redelivered });
    return suspicions.get(identity);
  }

  private async settle(message: ReceivedMessage, delivery: RabbitDelivery, outcome: Outcome): Promise<Settlement> {
    const { queue, retryTiers, consumer, namespace } = this.options;
    if (outcome.kind === 'requeued') return 'requeue';
    if (outcome.kind === 'later') {
      const more = outcome.attempted ? attemptHeaders(message, namespace) : {};
      const tier = retryQueueOf(queue, tierFor(outcome.ms, retryTiers));
      const retried = forwarded(delivery, { queue: tier, more, namespace });
      await this.forward(retried, fitted(retried, namespace));
    }
    if (outcome.kind === 'dead-letter') {
      const more = deadLetterHeaders(message, outcome, consumer, namespace);
      // A message that came without an id gets one, so that it is distinguishable from the next one.
      const messageId = message.id || newMessageId();
      const dead = forwarded(delivery, { queue: deadLetterQueueOf(queue), more, messageId, namespace });
      const reduced = fitted(dead, namespace);
      await this.forward(dead, reduced, withoutBody(reduced));
    }
    return 'ack';
  }

  /** In the first form that the broker takes: what is too large in all of them rejects. */
  private async forward(first: RabbitMessage, ...smaller: RabbitMessage[]): Promise<void> {
    try {
      await this.options.publisher.forward(first);
    } catch (error) {
      const [next, ...rest] = smaller;
      if (!next || !(error instanceof RabbitRejection) || error.code !== 'TOO_LARGE') throw error;
      await this.forward(next, ...rest);
    }
  }
}
