import { setTimeout as pause } from 'node:timers/promises';
import type { HealthCheck, Logger } from '@waybill/outbox';
import type { CrashSuspicion, StartedAttempts } from '../attempts/index.js';
import { newMessageId, type ReceivedMessage } from '../envelope/index.js';
import type { Dispatch } from '../handling/index.js';
import { deadLetterHeaders, deadLetterQueueOf, type Outcome } from '../outcomes/index.js';
import type { QueueReader, RabbitClient, RabbitDelivery, Settlement } from './rabbit-client.js';
import { attemptHeaders, forward, fromDelivery, isFirstDelivery } from './rabbit-envelope.js';
import type { RabbitPublisher } from './rabbit-publisher.js';
import { retryQueueOf, tierFor } from './rabbit-topology.js';

const PAUSE_AFTER_FAILED_FORWARD = 1_000;

export interface RabbitConsumerOptions {
  client: RabbitClient;
  publisher: RabbitPublisher;
  queue: string;
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

  constructor(private readonly options: RabbitConsumerOptions) {
    this.name = `rabbitmq:${options.queue}`;
  }

  start(): void {
    const { client, queue, prefetch, declare } = this.options;
    this.reader = client.reader({ queue, prefetch, declare, onMessage: (delivery) => this.consume(delivery) });
  }

  /** Consumes no more, and resolves when what is in flight is settled. */
  async stop(): Promise<void> {
    await this.reader?.close();
  }

  async check(): Promise<void> {
    if (!this.reader?.queue) throw new Error(`does not consume ${this.options.queue} yet`);
  }

  private async consume(delivery: RabbitDelivery): Promise<Settlement> {
    const { queue, dispatch, logger, stopping, attempts, namespace } = this.options;
    const message = fromDelivery(delivery, queue, namespace);
    const isFirst = isFirstDelivery(delivery);
    const outcome = await dispatch(message, isFirst ? undefined : () => this.suspicionOf(message, delivery));
    try {
      return await this.settle(message, outcome);
    } catch (error) {
      logger.warn({ err: error, queue, messageId: message.id }, 'could not forward the message, it stays in its queue');
      await pause(PAUSE_AFTER_FAILED_FORWARD, undefined, { signal: stopping }).catch(() => {});
      return 'requeue';
    } finally {
      if (!isFirst) attempts.end([message.id]);
    }
  }

  /** RabbitMQ itself knows what was in flight when a process died: it redelivers it, and says so. */
  private async suspicionOf(
    { id }: ReceivedMessage,
    { redelivered }: RabbitDelivery,
  ): Promise<CrashSuspicion | undefined> {
    const suspicions = await this.options.attempts.begin([id], { suspects: redelivered });
    return suspicions.get(id);
  }

  private async settle(message: ReceivedMessage, outcome: Outcome): Promise<Settlement> {
    const { publisher, queue, consumer, namespace } = this.options;
    if (outcome.kind === 'requeued') return 'requeue';
    if (outcome.kind === 'later') {
      const headers = outcome.attempted ? attemptHeaders(message, namespace) : {};
      await publisher.publishOne(forward(message, retryQueueOf(queue, tierFor(outcome.ms)), headers));
    }
    if (outcome.kind === 'dead-letter') {
      const headers = deadLetterHeaders(message, outcome, consumer, namespace);
      // A message that came without an id gets one, so that it is distinguishable from the next one.
      const id = message.id || newMessageId();
      await publisher.publishOne(forward({ ...message, id }, deadLetterQueueOf(queue), headers));
    }
    return 'ack';
  }
}
