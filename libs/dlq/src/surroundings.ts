import type { TransactionRunner, Tx } from '@waybill/outbox';

/** What the library asks of whoever uses it; pino's logger fits. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The database with the letters: transactions and single statements. */
export interface LetterDatabase extends TransactionRunner {
  autocommit: Tx;
}

export interface HealthCheck {
  name: string;
  /** Rejects with the reason while it is not ready. */
  check(): Promise<void>;
}
