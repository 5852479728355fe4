import type { TransactionRunner, Tx } from '@waybill/outbox';

/** The database of the dead letters. */
export interface DeadLetterDatabase extends TransactionRunner {
  /** Runs each statement in its own transaction. */
  autocommit: Tx;
}
