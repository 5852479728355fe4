import type { Tx } from '@waybill/outbox';
import type { BodyOf, Contract, OutgoingMessage } from '../contract/index.js';
import type { ReceivedMessage } from '../envelope/index.js';
import type { RetryPolicy } from '../outcomes/index.js';

/**
 * What a handler may use. All of it is one transaction: it commits when the handler returns, and only then is the message
 * acknowledged.
 */
export interface HandlerContext {
  /** The transaction of the effect. Throws when the handler was declared with `transaction: false`. */
  readonly tx: Tx;
  readonly outbox: { add(tx: Tx, ...messages: OutgoingMessage[]): Promise<void> };
  /**
   * Replies to a task. Does nothing when its contract has no reply. The reply leaves by the outbox, or at once from a handler
   * that was declared without a transaction.
   */
  reply(body: unknown): Promise<void>;
  readonly message: ReceivedMessage;
  /** Aborts when the handler has exceeded its time limit or the process stops. */
  readonly signal: AbortSignal;
}

/**
 * Handles the messages of one contract. It ends in one of five ways: it returns (done); it throws `BusinessRejection` or
 * `MalformedMessage` (a dead letter without a retry); `Postpone` (again later, not an attempt); or anything else (retried,
 * then a dead letter). An unavailable dependency is waited for and does not count as an attempt.
 */
export interface Handler<C extends Contract> {
  /** Options that are known at run time only, such as settings. They win over the declared ones. */
  readonly options?: HandlerOptions;
  handle(body: BodyOf<C>, context: HandlerContext): Promise<void>;
}

export interface HandlerOptions<Body = never> extends Partial<RetryPolicy> {
  /** Messages for which it returns false are done at once, without a transaction. Default: none are. */
  filter?: (body: Body) => boolean;
  /**
   * Whether the effect is a transaction in the service's database, which also marks the message as consumed. Default true;
   * false for a handler that is naturally idempotent and works elsewhere.
   */
  transaction?: boolean;
  /**
   * Whether messages that share a transaction (`groupCommit`) are handled concurrently in it, so that their statements go out
   * together. Only for handlers whose every statement stands on its own (an insert, an upsert, a set-to): row locks do not
   * separate statements of one transaction. Default false: one after the other.
   */
  concurrent?: boolean;
  /**
   * Whether events of a key take effect in order: an event that fails parks its key, and later events of the key wait behind
   * it. False parks the failed event by itself; without its key. Not used for tasks. Default true.
   */
  ordered?: boolean;
  /**
   * Whether a message that was in flight when its process died is handled in isolation, which shows whether it was the cause.
   * False for a handler that spends its time waiting for somebody else's server, for which all other messages would wait too:
   * then its messages are never `crashing`. Default true.
   */
  isolation?: boolean;
  /** Milliseconds after which `signal` aborts; each attempt has all of them. Default 30,000. */
  timeLimit?: number;
}

/** A handler with its contract and options. */
export interface Registration {
  contract: Contract;
  options: HandlerOptions;
  handler: Handler<Contract>;
}
