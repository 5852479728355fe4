import { setTimeout as pause } from 'node:timers/promises';
import { retryForever, settlesWithin } from '../outcomes/index.js';
import type { QueueReader, QueueReaderOptions, Settlement } from '../rabbitmq/index.js';
import { Batches } from './batches.js';
import type { SqsConnection } from './sqs-connection.js';
import { ENVELOPE, fromSqs } from './sqs-envelope.js';
import { errorsIn, isMissing } from './sqs-errors.js';
import type { SqsQueues } from './sqs-queues.js';
import type { SqsMessage } from './sqs-types.js';

const PAUSE_AFTER_FAILURE = 200;
const MOST_IN_A_REPLY = 10;
/** Of `visibilityTimeout`: a request to extend it may fail twice. */
const EXTENDED_AFTER = 1 / 3;
/** Seconds; SQS's own limit. */
const LONGEST_VISIBILITY = 43_200;

/** A message that is being handled. */
interface InFlight {
  /** Of its latest delivery: the others are void. */
  receipt: string;
  /** Once it has been handled. */
  settlement?: Settlement;
}

interface Visibility {
  receipt: string;
  seconds: number;
}

/** Asks for messages again and again, and keeps those in flight from being delivered again while they are handled. */
export class SqsReader implements QueueReader {
  failure: Error | undefined;
  queue: string | undefined;
  private readonly stopping = new AbortController();
  private readonly source: string;
  private readonly isTemporary: boolean;
  private reading = Promise.withResolvers<string>();
  private readonly ended: Promise<void>;
  private readonly inFlight = new Map<string, InFlight>();
  /** Of a FIFO queue: the last message of each key. */
  private readonly groups = new Map<string, Promise<Settlement>>();
  private settled = Promise.withResolvers<void>();
  private readonly deletions: Batches<string>;
  private readonly visibilities: Batches<Visibility>;
  private readonly extending: NodeJS.Timeout;

  constructor(
    private readonly connection: SqsConnection,
    private readonly queues: SqsQueues,
    private readonly options: QueueReaderOptions,
  ) {
    this.isTemporary = options.queue === undefined;
    this.source = options.queue ?? `amq.gen-${crypto.randomUUID()}`;
    this.deletions = new Batches({ request: (receipts) => this.delete(receipts), concurrency: 4 });
    this.visibilities = new Batches({ request: (changes) => this.change(changes), concurrency: 4 });
    const { visibilityTimeout } = connection.settings;
    this.extending = setInterval(() => this.extend(), visibilityTimeout * 1_000 * EXTENDED_AFTER);
    connection.closed.addEventListener('abort', () => this.end(), { once: true, signal: this.stopping.signal });
    this.ended = this.read();
  }

  whenReading(): Promise<string> {
    return this.reading.promise;
  }

  async close(): Promise<void> {
    this.stopping.abort();
    await this.ended;
    while (this.inFlight.size > 0) await this.settled.promise;
    this.end();
    if (this.isTemporary) await this.deleteQueue();
  }

  private end(): void {
    this.stopping.abort();
    clearInterval(this.extending);
  }

  private async read(): Promise<void> {
    const { signal } = this.stopping;
    const { logger } = this.connection.settings;
    const { onInterrupted } = this.options;
    const queue = this.source;
    while (!signal.aborted) {
      const url = await retryForever(
        () => this.open(),
        signal,
        (error) => logger.debug({ err: error, queue }, 'could not read the queue, trying again'),
      );
      if (!url) return;
      this.failure = undefined;
      this.queue = queue;
      this.reading.resolve(queue);
      const failure = await this.receiveFrom(url).catch((error) => error as Error);
      this.queue = undefined;
      this.failure = failure ?? new Error('it is closed');
      this.reading = Promise.withResolvers();
      if (signal.aborted) return;

      logger.debug({ err: failure, queue }, 'stopped reading the queue, trying again');
      if (isMissing(failure)) this.queues.forget(queue);
      onInterrupted?.();
      await pause(PAUSE_AFTER_FAILURE, undefined, { signal }).catch(() => {});
    }
  }

  private async open(): Promise<string> {
    try {
      await this.options.declare?.();
      if (this.isTemporary) return await this.queues.createTemporary(this.source);
      this.queues.forget(this.source);
      return await this.queues.urlOf(this.source);
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
  }

  /** Resolves when it is closed; rejects when the queue cannot be read. */
  private async receiveFrom(url: string): Promise<void> {
    const { waitTime, visibilityTimeout, requestTimeout } = this.connection.settings;
    const { prefetch = Number.POSITIVE_INFINITY } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      const room = prefetch - this.inFlight.size;
      if (room <= 0) {
        await this.settled.promise;
        continue;
      }
      const request = {
        QueueUrl: url,
        MaxNumberOfMessages: Math.min(room, MOST_IN_A_REPLY),
        WaitTimeSeconds: waitTime,
        VisibilityTimeout: visibilityTimeout,
        MessageSystemAttributeNames: ['ApproximateReceiveCount' as const, 'MessageGroupId' as const],
        MessageAttributeNames: [ENVELOPE],
      };
      const { Messages = [] } = await this.connection.call((sqs, options) => sqs.receiveMessage(request, options), {
        timeout: waitTime * 1_000 + requestTimeout,
        signal,
      });
      for (const message of Messages) this.deliver(message);
    }
  }

  private deliver(message: SqsMessage): void {
    const { MessageId: id = '', ReceiptHandle: receipt = '', Attributes } = message;
    const known = this.inFlight.get(id);
    if (known && known.settlement !== 'requeue') {
      known.receipt = receipt; // its visibility could not be extended in time
      return;
    }
    const { due, ...delivery } = fromSqs(message);
    const wait = Math.ceil(((due ?? 0) - Date.now()) / 1_000);
    if (this.stopping.signal.aborted || wait > 0) {
      this.makeVisible(receipt, Math.min(Math.max(wait, 0), LONGEST_VISIBILITY));
      return;
    }
    if (!this.options.prefetch) {
      void this.options.onMessage(delivery);
      this.deletions.add(receipt).catch((error) => this.onUnsettled(error));
      return;
    }
    this.inFlight.set(id, { receipt });
    const handle = async () => (await this.options.onMessage(delivery)) ?? 'ack';
    void this.inOrder(Attributes?.MessageGroupId, handle).then((settlement) => this.settle(id, settlement));
  }

  /** Of a FIFO queue, messages of a key one after the other; those behind one that is requeued are requeued too. */
  private inOrder(group: string | undefined, handle: () => Promise<Settlement>): Promise<Settlement> {
    const safely = () => handle().catch((): Settlement => 'requeue');
    if (group === undefined) return safely();
    const before = this.groups.get(group) ?? Promise.resolve<Settlement>('ack');
    const handling = before.then((settlement) => (settlement === 'ack' ? safely() : settlement));
    this.groups.set(group, handling);
    void handling.then(() => {
      if (this.groups.get(group) === handling) this.groups.delete(group);
    });
    return handling;
  }

  private async settle(id: string, settlement: Settlement): Promise<void> {
    const message = this.inFlight.get(id)!;
    message.settlement = settlement;
    const { receipt } = message;
    try {
      if (settlement === 'ack') await this.deletions.add(receipt);
      else await this.visibilities.add({ receipt, seconds: 0 });
    } catch (error) {
      this.onUnsettled(error);
    }
    // What was requeued may be here again before the server has replied.
    if (this.inFlight.get(id) === message) this.inFlight.delete(id);
    this.settled.resolve();
    this.settled = Promise.withResolvers();
  }

  private onUnsettled(error: unknown): void {
    const { logger } = this.connection.settings;
    logger.debug({ err: error, queue: this.source }, 'could not settle the message, it is redelivered');
  }

  private extend(): void {
    const { visibilityTimeout: seconds } = this.connection.settings;
    for (const { receipt, settlement } of this.inFlight.values()) if (!settlement) this.makeVisible(receipt, seconds);
  }

  private makeVisible(receipt: string, seconds: number): void {
    this.visibilities.add({ receipt, seconds }).catch((error) => this.onUnsettled(error));
  }

  private async delete(receipts: string[]): Promise<(Error | undefined)[]> {
    const QueueUrl = await this.queues.urlOf(this.source);
    const Entries = receipts.map((ReceiptHandle, n) => ({ Id: `${n}`, ReceiptHandle }));
    const { Failed } = await this.connection.call((sqs, options) =>
      sqs.deleteMessageBatch({ QueueUrl, Entries }, options),
    );
    return errorsIn(receipts, Failed);
  }

  private async change(changes: Visibility[]): Promise<(Error | undefined)[]> {
    const QueueUrl = await this.queues.urlOf(this.source);
    const Entries = changes.map(({ receipt: ReceiptHandle, seconds: VisibilityTimeout }, n) => ({
      Id: `${n}`,
      ReceiptHandle,
      VisibilityTimeout,
    }));
    const { Failed } = await this.connection.call((sqs, options) =>
      sqs.changeMessageVisibilityBatch({ QueueUrl, Entries }, options),
    );
    return errorsIn(changes, Failed);
  }

  private async deleteQueue(): Promise<void> {
    const { closeTimeout, logger } = this.connection.settings;
    const deleting = this.queues
      .urlOf(this.source)
      .then((QueueUrl) => this.connection.call((sqs, options) => sqs.deleteQueue({ QueueUrl }, options)))
      .catch((error) => logger.debug({ err: error, queue: this.source }, 'could not delete the queue'));
    await settlesWithin(closeTimeout, deleting);
  }
}
