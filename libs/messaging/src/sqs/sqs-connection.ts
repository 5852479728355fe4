import type { CheckedSettings } from './sqs-settings.js';
import type { Sqs } from './sqs-types.js';

export interface CallOptions {
  /** Default: the setting `requestTimeout`, in ms. */
  timeout?: number;
  /** Ends the call, which then rejects. */
  signal?: AbortSignal;
}

/** What producers and readers need of their client. */
export interface SqsConnection {
  readonly settings: CheckedSettings;
  readonly isConnected: boolean;
  /** Aborts when the client is closed. */
  readonly closed: AbortSignal;
  /** Rejects in time; a server that does not reply is an unavailable dependency. */
  call<T>(request: (sqs: Sqs, options: { abortSignal: AbortSignal }) => Promise<T>, options?: CallOptions): Promise<T>;
  /** Rejects after the setting `connectTimeout`. */
  untilConnected(): Promise<void>;
}
