import type { ReceivedMessage } from '@waybill/messaging';
import { isRecent } from '../domain/mail.js';
import { mailMetrics } from './mail-metrics.js';

/**
 * Whether the customer is mailed about this event: when it is recent, so that a replay of history mails nobody, or when it
 * was parked, so that what an operator resubmits is mailed however long it waited.
 */
export function isMailable({ parked }: Pick<ReceivedMessage, 'parked'>, happenedAt: string): boolean {
  if (parked || isRecent(happenedAt, Date.now())) return true;
  mailMetrics().mails.inc({ outcome: 'skipped' });
  return false;
}
