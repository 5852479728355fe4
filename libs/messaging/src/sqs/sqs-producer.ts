import { settlesWithin } from '../outcomes/index.js';
import {
  type QueueProducer,
  type QueueProducerOptions,
  type RabbitMessage,
  RabbitRejection,
} from '../rabbitmq/index.js';
import { Batches, MOST_BYTES } from './batches.js';
import type { SqsConnection } from './sqs-connection.js';
import { deduplicationId, groupOf, type SqsContent, sizeOf, toSqs } from './sqs-envelope.js';
import { errorsIn, isMissing, isUnacceptable } from './sqs-errors.js';
import type { Delay, SqsQueues } from './sqs-queues.js';

/** The longest `DelaySeconds`; a reader puts off what is due later. */
const LONGEST_DELAY = 900;
/** To one queue. A FIFO queue gets one at a time, which keeps the order of the calls. */
const CONCURRENT_REQUESTS = 8;
/** Messages that were handed over without confirms. */
const BUFFERED = 128;

interface Entry extends SqsContent {
  DelaySeconds?: number;
  MessageGroupId?: string;
  MessageDeduplicationId?: string;
}

/** Sends what is sent in the same turn of the event loop together, each with an outcome of its own. */
export class SqsProducer implements QueueProducer {
  private readonly batches = new Map<string, Batches<Entry>>();
  private readonly inFlight = new Set<Promise<unknown>>();
  private isClosed = false;

  constructor(
    private readonly connection: SqsConnection,
    private readonly queues: SqsQueues,
    private readonly options: QueueProducerOptions,
  ) {}

  async send(message: RabbitMessage): Promise<void> {
    if (this.isClosed) throw new Error('the producer is closed');
    if (this.options.confirm) await this.track(this.deliver(message));
    else await this.handOver(message);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await settlesWithin(this.connection.settings.closeTimeout, Promise.allSettled(this.inFlight));
  }

  /** Waits for room in the buffer. What fails afterwards is lost, as is agreed when there are no confirms. */
  private async handOver(message: RabbitMessage): Promise<void> {
    const { bufferedFrames = BUFFERED, onReturned } = this.options;
    if (!this.connection.isConnected) await this.connection.untilConnected();
    while (this.inFlight.size >= bufferedFrames) await Promise.race(this.inFlight);
    const { logger } = this.connection.settings;
    void this.track(
      this.deliver(message).catch((error) => {
        if (error instanceof RabbitRejection && error.code === 'RETURNED') onReturned?.(message);
        else logger.debug({ err: error, queue: message.queue }, 'lost a message that was sent without a confirm');
      }),
    );
  }

  private async track(sending: Promise<void>): Promise<void> {
    const settled = sending.catch(() => {}); // whoever sends gets the error
    this.inFlight.add(settled);
    try {
      await sending;
    } finally {
      this.inFlight.delete(settled);
    }
  }

  private async deliver(message: RabbitMessage): Promise<void> {
    const delay = this.queues.delayOf(message.queue);
    const queue = delay?.target ?? message.queue;
    const entry = this.entryOf(delay ? { ...delayed(message, delay), queue } : message, delay?.ms ?? 0);
    const size = sizeOf(entry);
    if (size > MOST_BYTES)
      throw new RabbitRejection('TOO_LARGE', `${size} bytes are more than SQS takes (${MOST_BYTES})`);
    const url = await this.queues.urlOf(queue);
    await this.batchesTo(queue, url).add(entry);
  }

  private entryOf(message: RabbitMessage, delay: number): Entry {
    const isFifo = this.queues.isFifo(message.queue);
    const seconds = Math.ceil(delay / 1_000);
    const due = delay > 0 && (isFifo || seconds > LONGEST_DELAY) ? Date.now() + delay : undefined;
    const content = toSqs(message, due);
    if (!isFifo) return { ...content, ...(delay > 0 && { DelaySeconds: Math.min(seconds, LONGEST_DELAY) }) };
    return {
      ...content,
      MessageGroupId: groupOf(message),
      MessageDeduplicationId: deduplicationId(message),
    };
  }

  private batchesTo(queue: string, url: string): Batches<Entry> {
    const batches =
      this.batches.get(url) ??
      new Batches<Entry>({
        request: (entries) => this.request(queue, url, entries),
        sizeOf,
        concurrency: this.queues.isFifo(queue) ? 1 : CONCURRENT_REQUESTS,
      });
    this.batches.set(url, batches);
    return batches;
  }

  /** A queue may take smaller messages than SQS: then the server refuses some of a batch, or all of it for one of them. */
  private async request(queue: string, QueueUrl: string, entries: Entry[]): Promise<(Error | undefined)[]> {
    const Entries = entries.map((entry, n) => ({ Id: `${n}`, ...entry }));
    try {
      const { Failed } = await this.connection.call((sqs, options) =>
        sqs.sendMessageBatch({ QueueUrl, Entries }, options),
      );
      return errorsIn(entries, Failed).map((error) => error && verdictOf(error));
    } catch (error) {
      if (isMissing(error)) this.queues.forget(queue);
      const verdict = verdictOf(error as Error);
      if (entries.length === 1 || !(verdict instanceof RabbitRejection) || verdict.code !== 'TOO_LARGE') throw verdict;
    }
    const errors: (Error | undefined)[] = [];
    for (const entry of entries) {
      errors.push(
        await this.request(queue, QueueUrl, [entry]).then(
          ([error]) => error,
          (error) => error,
        ),
      );
    }
    return errors;
  }
}

/** As RabbitMQ marks what comes back from a queue for retries. */
function delayed(message: RabbitMessage, { queue }: Delay): RabbitMessage {
  const headers = { ...message.properties.headers, 'x-death': [{ queue, reason: 'expired' }] };
  return { ...message, properties: { ...message.properties, headers } };
}

function verdictOf(error: Error): Error {
  if (isMissing(error)) return new RabbitRejection('RETURNED', 'there is no such queue', error);
  if (isUnacceptable(error.name)) return new RabbitRejection('TOO_LARGE', error.message, error);
  return error;
}
