const MINUTE = 60_000;
/** After the event; later, a receiver that says when it wants to be called again is retried like any other. */
const PATIENCE = 24 * 60 * MINUTE;

/** What the receiver of a webhook answered. */
export interface Answer {
  status: number;
  /** The header, as it came. */
  retryAfter?: string | undefined;
}

/**
 * What an answer means: `unwanted`, the receiver wants no more webhooks; `later`, it has said when to call again; `failed`,
 * anything else, a redirect included: it would lead to an address that was not checked.
 */
export type Verdict = { kind: 'delivered' } | { kind: 'unwanted' } | { kind: 'later'; ms: number } | { kind: 'failed' };

/** `age` of the event, in ms. */
export function verdictOn({ status, retryAfter }: Answer, age: number, now: number = Date.now()): Verdict {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === 410) return { kind: 'unwanted' };
  const wait = status === 429 || status === 503 ? waitOf(retryAfter, now) : undefined;
  // At least a minute: no attempt is counted, so nothing else slows it down.
  if (wait !== undefined && age < PATIENCE) return { kind: 'later', ms: Math.max(wait, MINUTE) };
  return { kind: 'failed' };
}

/** Seconds or a date (RFC 9110, section 10.2.3), in ms from now; undefined when it is neither. */
function waitOf(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1_000;
  const date = retryAfter.endsWith(' GMT') ? Date.parse(retryAfter) : Number.NaN; // it parses almost anything
  return Number.isNaN(date) ? undefined : date - now;
}
