import type { Logger } from '@waybill/outbox';

export interface RabbitSettings {
  url: string;
  /** What the connection is for, in the broker's lists. */
  name: string;
  logger: Logger;
  /** Seconds between heartbeats; a broker that is silent for two of them is disconnected. Default 10, or what the URL says. */
  heartbeat?: number;
  /** The pause before connecting again, in ms: the first, doubled up to the longest. Default 200 and 2,000. */
  retryDelay?: { first: number; longest: number };
  /** How long an operation waits for a connection, in ms. Default 5,000. */
  connectTimeout?: number;
  /** How long closing waits for a broker that does not reply, in ms. Default 2,000. */
  closeTimeout?: number;
}

/** A connection to RabbitMQ, for sending and reading. It connects again by itself, without limit, and so do its producers and readers. */
export interface RabbitClient {
  readonly isConnected: boolean;
  /** Rejects with what to do when the broker refuses these settings; one that is unavailable is no error. */
  check?(): Promise<void>;
  /** Creates the queues that are missing. Rejects when there is one with other arguments. */
  declareQueues(queues: readonly QueueDeclaration[]): Promise<void>;
  /** Has a channel of its own. */
  producer(options: QueueProducerOptions): QueueProducer;
  /** Starts reading immediately, on a channel of its own. */
  reader(options: QueueReaderOptions): QueueReader;
  /** Close producers and readers first, else what they have in flight is lost or redelivered. */
  close(): Promise<void>;
}

export interface QueueDeclaration {
  name: string;
  /** `x-queue-type` and so on. */
  arguments: Record<string, string | number>;
}

export interface QueueProducerOptions {
  /** Whether `send` waits until the broker has stored the message. */
  confirm: boolean;
  /** Frames of up to 128 KiB that are buffered before `send` waits for the socket. Default 128. */
  bufferedFrames?: number;
  /** A mandatory message found no queue. With confirms, its `send` rejects instead. */
  onReturned?(message: RabbitMessage): void;
}

export interface QueueProducer {
  /**
   * Resolves when the broker has confirmed the message; without confirms, when it is in the client's buffer, which is
   * bounded. Rejects with `RabbitRejection` when the broker rejects the message, and with any other error when the broker
   * could not be reached.
   */
  send(message: RabbitMessage): Promise<void>;
  /** Resolves when what was sent has reached the broker, or the broker does not reply in time. */
  close(): Promise<void>;
}

export interface RabbitMessage {
  /** By the default exchange. */
  queue: string;
  /** What orders messages, for carriers that keep an order: FIFO queues of SQS. */
  key?: string | null | undefined;
  body: Buffer;
  properties: MessageProperties;
}

/** AMQP's basic properties and flags, as amqplib names them. */
export interface MessageProperties {
  mandatory?: boolean;
  persistent?: boolean;
  messageId?: string | undefined;
  type?: string | undefined;
  contentType?: string | undefined;
  contentEncoding?: string | undefined;
  /** Seconds since 1970. */
  timestamp?: number | undefined;
  correlationId?: string | undefined;
  replyTo?: string | undefined;
  appId?: string | undefined;
  priority?: number | undefined;
  headers?: Record<string, unknown> | undefined;
}

/**
 * - `NACKED`: the queue is full (`x-overflow=reject-publish`).
 * - `RETURNED`: there is no such queue.
 * - `TOO_LARGE`: the body is larger than the broker takes, or headers or a property than AMQP carries.
 */
export type RejectionCode = 'NACKED' | 'RETURNED' | 'TOO_LARGE';

/** The broker's verdict on one message. An error of any other class is about the connection. */
export class RabbitRejection extends Error {
  override readonly name = 'RabbitRejection';

  constructor(
    readonly code: RejectionCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

export type Settlement = 'ack' | 'requeue';

export interface QueueReaderOptions {
  /** Default: an exclusive queue of this reader, which ends with its connection and whose name the broker gives anew. */
  queue?: string;
  /** Unacknowledged messages at most. Default: without limit and without acknowledgements. */
  prefetch?: number;
  /** Called whenever reading begins, also after the queue was deleted: creates it when it is missing. */
  declare?(): Promise<void>;
  /** Called for each message, concurrently up to `prefetch`. Without a prefetch there is nothing to settle. */
  onMessage(message: RabbitDelivery): Promise<Settlement> | undefined;
  /** Reading ended and is tried again. What was not settled is redelivered. */
  onInterrupted?(): void;
}

export interface RabbitDelivery {
  /** As it was sent, where the carrier keeps it. */
  key?: string | null | undefined;
  body: Buffer;
  redelivered: boolean;
  properties: MessageProperties;
}

export interface QueueReader {
  /** The queue that it reads; undefined while it doesn't. */
  readonly queue: string | undefined;
  /** Why it reads nothing: the queue is missing, say. Undefined while it reads. */
  readonly failure: Error | undefined;
  /** Resolves with the queue's name when it reads it. */
  whenReading(): Promise<string>;
  /** Reads no more, and resolves when the messages in flight are settled. */
  close(): Promise<void>;
}
