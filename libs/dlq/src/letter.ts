import type { FailureClass } from '@waybill/messaging';

/** Where dead letters are found, and whose they are. */
export interface DeadLetterSource {
  kind: 'queue' | 'topic';
  /** The dead letter queue or topic. */
  name: string;
  /** The queue or topic that the message was taken from, and to which a task goes back. */
  source: string;
  /** The service or group that gave it up. */
  consumer: string;
}

/** A dead letter as it was found. */
export interface FoundLetter {
  at: DeadLetterSource;
  messageId: string;
  type: string;
  /** Of an event its key; of a task what it is about. */
  key: string | null;
  traceId: string | null;
  /** Name of the body's schema, when the sender gave one. */
  dataschema: string | null;
  class: FailureClass;
  error: string;
  stack?: string | undefined;
  attempts: number;
  firstFailedAt: Date;
  lastFailedAt: Date;
  /** Tells one failure of the message from another. */
  failure: string;
  headers: Record<string, string>;
  body: Buffer;
}

export const STATUSES = ['waiting', 'resubmitted', 'discarded'] as const;
export type LetterStatus = (typeof STATUSES)[number];

/** A dead letter as a list shows it. Times are RFC 3339. */
export interface DeadLetter {
  id: string;
  /** Queue or topic name. */
  source: string;
  /** Service or group. */
  consumer: string;
  class: FailureClass;
  error: string;
  /** Name of the group of letters that failed for the same reason. */
  group: string;
  attempts: number;
  messageId: string;
  /** `null`: the message named none. */
  type: string | null;
  /** `null`: nothing is known of what it is about. */
  key: string | null;
  traceId: string | null;
  firstFailedAt: string;
  lastFailedAt: string;
  status: LetterStatus;
  resubmissions: number;
  /** Goes up with every change. */
  version: number;
}

/** Something that happened to a dead letter. */
export interface Act {
  act: 'failed' | 'resubmitted' | 'discarded';
  at: string;
  /** The operator; of a failure, the consumer. */
  by: string;
  detail: string | null;
  /** What was sent in place of the body. */
  editedBody: string | null;
  batch: string | null;
}

/** All that is known of a dead letter. */
export interface DeadLetterInFull extends DeadLetter {
  stack: string | null;
  dataschema: string | null;
  takenInAt: string;
  headers: Record<string, string>;
  /** As text, or as base64 when the bytes are no UTF-8 text. */
  body: string;
  bodyEncoding: 'utf-8' | 'base64';
  /** Where the body lies that was too large for its message; `null`: it came in the message. */
  dataref: string | null;
  /** Why `body` is not the one that lies there; `null` when it is. */
  bodyUnavailable: string | null;
  /** In the order in which it happened. */
  history: Act[];
}
