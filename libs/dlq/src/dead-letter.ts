import { type FailureClass, OUTBOX_DEAD_LETTERS } from '@waybill/messaging';

/** A dead letter queue or topic, and the consumer it belongs to. */
export interface DeadLetterSource {
  kind: 'queue' | 'topic' | 'outbox';
  /** The dead letter queue or topic. */
  name: string;
  /** The queue or topic from which the message was consumed, and to which a task returns; of the outboxes, any. */
  source: string;
  /** The service or group that dead-lettered it. */
  consumer: string;
}

/** What no broker accepted. Such a message has the source to which it should have gone, and is published there by a resubmission. */
export const OUTBOXES: DeadLetterSource = {
  kind: 'outbox',
  name: OUTBOX_DEAD_LETTERS,
  source: '*',
  consumer: 'outbox',
};

/** A dead letter as a collector found it. */
export interface CollectedDeadLetter {
  from: DeadLetterSource;
  messageId: string;
  type: string;
  /** The key of an event, the subject of a task. */
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
  /** Distinguishes one failure of the message from the next, so that a redelivery is not recorded twice. */
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
  /** `null`: the message has none. */
  type: string | null;
  /** `null`: its subject is unknown. */
  key: string | null;
  traceId: string | null;
  firstFailedAt: string;
  lastFailedAt: string;
  status: DeadLetterStatus;
  resubmissions: number;
  /** Increases with every change. */
  version: number;
}

/** An entry of a dead letter's history. */
export interface HistoryEntry {
  event: 'failed' | 'resubmitted' | 'discarded';
  at: string;
  /** The operator; of a failure, the consumer. */
  by: string;
  detail: string | null;
  /** The body that was sent instead. */
  editedBody: string | null;
  batch: string | null;
}

/** A dead letter with its body, headers and history. */
export interface DeadLetterDetails extends DeadLetter {
  /** Whether it came from a queue, or a topic, where the key's later events wait behind it; `outbox`: no broker accepted it. */
  sourceKind: DeadLetterSource['kind'];
  stack: string | null;
  dataschema: string | null;
  collectedAt: string;
  headers: Record<string, string>;
  /** Text, or base64 when the bytes are not UTF-8. */
  body: string;
  bodyEncoding: 'utf-8' | 'base64';
  /** Where a body that was too large for its message is stored; `null`: it came with the message. */
  dataref: string | null;
  /** Why the stored body could not be read; `null` when it was. */
  bodyUnavailable: string | null;
  /** Oldest first. */
  history: HistoryEntry[];
}
