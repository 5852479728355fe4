import type { Finding } from '../domain/reconciliation.js';
import type { MovedPayment } from '../persistence/payment.repository.js';
import type { PaymentDeps } from './payment-deps.js';

const PAGE_SIZE = 1_000;

interface Compared {
  since: Date;
  until: Date;
  /** The provider's ids of everything in its ledger since an earlier time. */
  seen: ReadonlySet<string>;
}

/** Our payments that the provider's ledger lacks. One whose entry is older than the range is looked up by its order. */
export async function compareRows({ database, payments, provider }: PaymentDeps, { since, until, seen }: Compared) {
  const findings: Finding[] = [];
  let compared = 0;
  for (let after: string | undefined; ; ) {
    const page = await payments.moved(database.autocommit, { since, until, after, limit: PAGE_SIZE });
    for (const payment of page) {
      if (seen.has(payment.providerId) || (await isInLedger(payment))) continue;
      const { orderId, attempt, type, providerId } = payment;
      findings.push({ kind: 'not-in-ledger', repaired: false, attempt: { orderId, attempt }, type, providerId });
    }
    compared += page.length;
    if (page.length < PAGE_SIZE) return { compared, findings };
    after = page.at(-1)!.paymentId;
  }

  async function isInLedger({ orderId, providerId }: MovedPayment): Promise<boolean> {
    for (let cursor: string | undefined; ; ) {
      const { entries, nextCursor } = await provider.ledger({ orderId, ...(cursor && { cursor }) });
      if (entries.some(({ id }) => id === providerId)) return true;
      if (!nextCursor) return false;
      cursor = nextCursor;
    }
  }
}
