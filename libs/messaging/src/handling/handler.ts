import type { Tx } from '@waybill/outbox';
import type { BodyOf, Contract, OutgoingMessage } from '../contract/index.js';
import type { ReceivedMessage } from '../envelope/index.js';

/** What a handler may use. All of it is one transaction: it commits when the handler returns, and only then is the message acknowledged. */
export interface HandlerContext {
  /** The transaction of the effect. Throws when the handler was declared with `transaction: false`. */
  readonly tx: Tx;
  readonly outbox: { add(tx: Tx, ...messages: OutgoingMessage[]): Promise<void> };
  /**
   * Answers a task. Does nothing when its contract has no reply. The answer leaves by the outbox, or at once from a handler
   * that was declared without a transaction.
   */
  reply(body: unknown): Promise<void>;
  readonly message: ReceivedMessage;
  /** Aborts when the handler has taken too long (30 s) or the process stops. */
  readonly signal: AbortSignal;
}

/**
 * Takes the messages of one contract. It ends in one of five ways: it returns (done); it throws `BusinessRejection` or
 * `MalformedMessage` (a dead letter at once); `Postpone` (again later, no attempt); or anything else (tried again, then a
 * dead letter). A dependency that is away is waited for and is no attempt.
 */
export interface Handler<C extends Contract> {
  handle(body: BodyOf<C>, context: HandlerContext): Promise<void>;
}

export interface HandlerOptions {
  /**
   * Whether the effect is a transaction in the service's database, which is also where the message is marked as taken.
   * Default true; false for a handler that is idempotent by nature and works elsewhere.
   */
  transaction?: boolean;
  /**
   * Whether messages that commit together are handled side by side in their transaction: a group's statements then go out
   * together. Only for handlers whose every statement stands alone (an insert, an upsert, a set-to): row locks do not keep
   * apart what shares a transaction. Default false: one after the other.
   */
  concurrent?: boolean;
}

/** A handler with what it declared. */
export interface Registration {
  contract: Contract;
  options: HandlerOptions;
  handler: Handler<Contract>;
}
