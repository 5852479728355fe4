import type { Tx } from './tx.js';

/** A message as the outbox stores it: bytes and a destination. Only the publisher interprets them. */
export interface OutboxMessage {
  /** Unique per message, and the same when the message is published again. */
  id: string;
  /** Name of the publisher, e.g. `kafka` or `rabbitmq`. */
  target: string;
  /** Topic or queue. */
  destination: string;
  /** Messages of one target, destination and key are published in order. `null`: in any order. */
  key: string | null;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Stores the messages of a transaction for the relay. */
export interface Outbox {
  /** Resolves when the rows are written; they are published if and only if the caller's transaction commits. */
  add(tx: Tx, ...messages: OutboxMessage[]): Promise<void>;
}

/** The outcome of publishing one message of a batch. */
export type PublishOutcome =
  | { status: 'published' }
  /** The destination accepts no messages at present (a full queue, a missing topic): retried later, other destinations continue. */
  | { status: 'blocked'; reason: string }
  /** The broker can never accept it (too large, say): it becomes a dead letter, or moves to `outbox_rejected`; other messages continue. */
  | { status: 'rejected'; reason: string };

/** Publishes messages to one broker. The relay knows nothing else about a broker. */
export interface Publisher {
  /**
   * Publishes in the given order and resolves with one outcome per message, in the same order, once the broker has confirmed.
   * After a blocked message, later messages of its destination and key in this call must be blocked too.
   * Rejects when the broker is unavailable: the fate of the batch is unknown then, and all of it is published again.
   * Must settle: a call that hangs stops its target, so put a timeout on whatever it waits for.
   */
  publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]>;
}

/** The message that tells of one that was rejected, such as one to a dead letter queue; undefined when there is none to send. */
export type DeadLetterOf = (rejected: OutboxMessage, reason: string) => OutboxMessage | undefined;
