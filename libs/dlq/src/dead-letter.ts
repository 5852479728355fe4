import type { FailureClass } from '@waybill/messaging';

/** A dead letter queue or topic, and the consumer it belongs to. */
export interface DeadLetterSource {
  kind: 'queue' | 'topic';
  /** The dead letter queue or topic. */
  name: string;
  /** The queue or topic from which the message was consumed, and to which a task goes back. */
  source: string;
  /** The service or group that dead-lettered it. */
  consumer: string;
}

/** A dead letter as it was collected. */
export interface CollectedDeadLetter {
  at: DeadLetterSource;
  messageId: string;
  type: string;
  /** Of an event its key; of a task its subject. */
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
  /** Distinguishes one failure of the message from another. */
  failure: string;
  headers: Record<string, string>;
  body: Buffer;
}

export const STATUSES = ['waiting', 'resubmitted', 'discarded'] as const;
export type DeadLetterStatus = (typeof STATUSES)[number];

/** A dead letter as a list shows it. Times are RFC 3339. */
export interface DeadLetter {
  id: string;
  /** Queue or topic name. */
  source: string;
  /** Service or group. */
  consumer: string;
  class: FailureClass;
  error: string;
  /** Name of the group of dead letters that failed for the same reason. */
  group: string;
  attempts: number;
  messageId: string;
  /** `null`: the message named none. */
  type: string | null;
  /** `null`: its subject is unknown. */
  key: string | null;
  traceId: string | null;
  firstFailedAt: string;
  lastFailedAt: string;
  status: DeadLetterStatus;
  resubmissions: number;
  /** Goes up with every change. */
  version: number;
}

/** An entry of a dead letter's history. */
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

/** A dead letter with its body, headers and history. */
export interface DeadLetterDetails extends DeadLetter {
  stack: string | null;
  dataschema: string | null;
  collectedAt: string;
  headers: Record<string, string>;
  /** As text, or as base64 when the bytes are no UTF-8 text. */
  body: string;
  bodyEncoding: 'utf-8' | 'base64';
  /** Where the body is stored that was too large for its message; `null`: it came in the message. */
  dataref: string | null;
  /** Why `body` is not the stored one; `null` when it is. */
  bodyUnavailable: string | null;
  /** In the order in which it happened. */
  history: Act[];
}
