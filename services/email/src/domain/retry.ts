const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const UNAVAILABLE = SECOND;

/** What came of sending a mail. */
export type MailOutcome =
  | { kind: 'accepted' }
  /** The server will never accept this mail. */
  | { kind: 'rejected'; reply: string }
  /** It does not accept this mail yet, such as one of an unknown sender (greylisting). */
  | { kind: 'deferred'; reply: string }
  /** It accepts no mail now, or the connection broke. Whether it has the mail is unknown. */
  | { kind: 'unavailable'; reply: string };

export interface RetryOptions {
  /** Milliseconds after the first deferral. */
  retryAfter: number;
  /** Milliseconds until a mail is not retried any more. */
  retriedFor: number;
}

/**
 * Milliseconds until a mail is sent again; undefined when it becomes a dead letter: it was rejected, or was retried for days
 * (RFC 5321, section 4.5.4.1). A server that defers a mail wants it again in minutes to hours. One that was unavailable may be
 * back at any moment.
 */
export function retryDelay(
  outcome: Exclude<MailOutcome, { kind: 'accepted' }>,
  { deferrals, age }: { deferrals: number; age: number },
  { retryAfter, retriedFor }: RetryOptions,
): number | undefined {
  if (outcome.kind === 'rejected' || age >= retriedFor) return undefined;
  if (outcome.kind === 'unavailable') return probeInterval({ retryAfter });
  return Math.min(retryAfter * 3 ** deferrals, HOUR);
}

/** How often an unavailable server is tried. */
export const probeInterval = ({ retryAfter }: Pick<RetryOptions, 'retryAfter'>): number =>
  Math.min(retryAfter, UNAVAILABLE);
