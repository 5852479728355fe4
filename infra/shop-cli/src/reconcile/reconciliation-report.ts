import type { Finding, Reconciliation } from './reconcile-payments.js';

export interface ReconciliationResult extends Reconciliation {
  /** About orders that have ended, in words. */
  orders: string[];
}

/** What each finding means, and what to do about it. */
const MEANINGS: Record<string, string> = {
  'charge-not-recorded': 'the provider charged, and we had not recorded it',
  'refund-not-recorded': 'the provider refunded, and we had not recorded it',
  'undo-not-finished': 'its refund was requested and had not happened',
  'not-ours': "an entry with a key that is none of ours: who else uses this provider's account?",
  'charge-nobody-began': 'charged with our key, but we never asked for it: was our database restored from a backup?',
  'refund-nobody-requested': 'refunded at the provider, not by a saga: the order still counts as paid here',
  'refused-but-charged': 'we recorded a refusal, but money moved: refund it at the provider',
  'moved-twice': 'two entries at the provider for what happened once here: refund one of them',
  'amount-differs': 'our row and the entry name different amounts',
  'not-in-ledger': 'we recorded it, but the provider knows nothing of it',
};

export const isClean = ({ findings, orders }: ReconciliationResult): boolean =>
  orders.length === 0 && findings.every(({ repaired }) => repaired);

export function formatReconciliation(result: ReconciliationResult): string {
  const { since, until, entries, payments, findings, orders } = result;
  const kinds = [...Map.groupBy(findings, ({ kind }) => kind)];
  return [
    `compared ${entries} entries of the provider's ledger with ${payments} payments, ${since} to ${until}`,
    ...kinds.flatMap(([kind, all]) => ['', `${kind}: ${MEANINGS[kind] ?? ''}`, ...all.map(line)]),
    ...(orders.length ? ['', 'orders that have ended:', ...orders.map((order) => `  ${order}`)] : []),
    '',
    isClean(result) ? 'nothing is left to look at' : 'LOOK AT IT: what is listed above and not repaired',
  ].join('\n');
}

function line({ type, providerId, orderId, attempt, repaired, problem }: Finding): string {
  const subject = orderId ? `of order ${orderId}, attempt ${attempt}` : 'of no order of ours';
  return `  ${repaired ? 'repaired' : 'LEFT    '}  ${type} ${providerId} ${subject}${problem ? `: ${problem}` : ''}`;
}
