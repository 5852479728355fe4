import type { TransactionRunner, Tx } from '@waybill/outbox';

/** The database with the dead letters: transactions and single statements. */
export interface DeadLetterDatabase extends TransactionRunner {
  autocommit: Tx;
}
