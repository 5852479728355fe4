import { ownHeader } from './dead-letter.js';

/**
 * The span in which a message was last dead-lettered, as a W3C `traceparent`. It stays with the message when it is resubmitted,
 * so that its next handling is linked to the failure.
 */
export const failedIn = (headers: Record<string, string>, namespace: string): string | undefined =>
  headers[ownHeader('failed-in', namespace)];

export const failedInHeader = (traceparent: string | undefined, namespace: string): Record<string, string> =>
  traceparent ? { [ownHeader('failed-in', namespace)]: traceparent } : {};
