/** A message as received from a broker. */
export interface ReceivedMessage {
  /** Unique per message; the same when it is redelivered. */
  id: string;
  /** `waybill.OrderCreated.v1`; empty when the sender set none. */
  type: string;
  /** What it is about: the order's id. */
  subject: string;
  time: string;
  source: string;
  /** `null`: its order is not guaranteed. */
  key: string | null;
  correlationId?: string | undefined;
  replyTo?: string | undefined;
  traceparent?: string | undefined;
  headers: Record<string, string>;
  bytes: Buffer;
  from: { kind: 'queue'; name: string } | { kind: 'topic'; name: string; partition: number; offset: string };
  /** 1 when it is handled for the first time; each failure adds one, a redelivery does not. */
  attempt: number;
  /** When it first failed, if it did. */
  firstFailedAt?: string | undefined;
  /** Whether it was parked since it was received: for a retry, for an operator, or behind an event of its key. */
  parked?: boolean | undefined;
}
