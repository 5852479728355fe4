import type { DeadLetterOf } from '@waybill/outbox';
import { DEFAULT_NAMESPACE } from '../contract/index.js';
import { deadLetterQueueOf, ownHeader, withoutOwnHeaders } from '../outcomes/index.js';

/** What no broker accepts waits here for an operator. */
export const OUTBOX_DEAD_LETTERS = deadLetterQueueOf('outbox');

/** Where a message should have gone, and why its broker did not accept it. */
export interface Rejection {
  target: string;
  destination: string;
  key: string | null;
  reason: string;
  /** RFC 3339. */
  rejectedAt: string;
}

const HEADERS: Record<keyof Rejection, string> = {
  target: 'target',
  destination: 'destination',
  key: 'key',
  reason: 'rejection',
  rejectedAt: 'rejected-at',
};

/**
 * For `OutboxRelay`: a message that its broker can never accept (larger than its topic allows, say) waits whole in a dead letter
 * queue, until an operator resubmits it because the reason is gone. One that not even this queue accepts has no dead letter.
 */
export const outboxDeadLetterOf =
  (namespace = DEFAULT_NAMESPACE): DeadLetterOf =>
  ({ id, target, destination, key, headers, body }, reason) => {
    if (destination === OUTBOX_DEAD_LETTERS) return undefined;
    const rejection: Rejection = { target, destination, key, reason, rejectedAt: new Date().toISOString() };
    const own = Object.entries(HEADERS).map(([field, name]) => [
      ownHeader(name, namespace),
      rejection[field as keyof Rejection],
    ]);
    return {
      id,
      target: 'rabbitmq',
      destination: OUTBOX_DEAD_LETTERS,
      key: null,
      headers: { ...headers, ...Object.fromEntries(own.filter(([, value]) => value !== null)) },
      body,
    };
  };

/** Undefined when the headers are not those of such a dead letter. */
export function rejectionIn(headers: Record<string, string>, namespace = DEFAULT_NAMESPACE): Rejection | undefined {
  const header = (field: keyof Rejection) => headers[ownHeader(HEADERS[field], namespace)];
  const [target, destination] = [header('target'), header('destination')];
  if (!target || !destination) return undefined;
  return {
    target,
    destination,
    key: header('key') ?? null,
    reason: header('reason') ?? '',
    rejectedAt: header('rejectedAt') ?? '',
  };
}

export const withoutRejection = (headers: Record<string, string>, namespace = DEFAULT_NAMESPACE) =>
  withoutOwnHeaders(headers, Object.values(HEADERS), namespace);
