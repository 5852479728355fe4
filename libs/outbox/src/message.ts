import type { Tx } from './tx.js';

/** A message as the outbox keeps it: bytes and where they go. What they mean is the publisher's business. */
export interface OutboxMessage {
  /** Unique per message; it stays the same when the message is published again. */
  id: string;
  /** Which publisher carries it, e.g. `kafka` or `rabbitmq`. */
  target: string;
  /** Topic or queue. */
  destination: string;
  /** Messages of one target, destination and key are published in their order. `null`: no order asked for. */
  key: string | null;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** Where a transaction leaves its messages. */
export interface Outbox {
  /** Resolves when the rows are written; they are published if and only if the caller's transaction commits. */
  add(tx: Tx, ...messages: OutboxMessage[]): Promise<void>;
}

/** What became of one message of a batch. */
export type PublishOutcome =
  | { status: 'published' }
  /** This destination takes nothing now (a full queue, a missing topic): it is tried again later, others go on. */
  | { status: 'blocked'; reason: string }
  /** It can never be published (too large, say): it is set aside in `waybill.outbox_refused`, others go on. */
  | { status: 'refused'; reason: string };

/** Carries messages to one broker. Implemented by the messaging library; the relay knows nothing else of a broker. */
export interface Publisher {
  /**
   * Publishes in the given order and resolves with one outcome a message, in the same order, once the broker has confirmed.
   * After a blocked message nothing more of its destination and key may be published in this call: that is blocked too.
   * Rejects when the broker is away: nothing is known of the batch then, and all of it is published again.
   * Must settle: a call that hangs stops its target, so set a timeout on what it waits for.
   */
  publish(messages: readonly OutboxMessage[]): Promise<PublishOutcome[]>;
}
