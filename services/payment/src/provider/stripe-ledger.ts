import type { Stripe } from 'stripe';
import type { LedgerEntry, LedgerPage, LedgerQuery } from './payment-provider.js';

const PAGE_SIZE = 100;

/** Charges are intents that succeeded, page by page, then come the refunds. The cursor names the list and its last id. */
export async function readStripeLedger(stripe: Stripe, query: LedgerQuery): Promise<LedgerPage> {
  if (query.orderId) return ofOrder(stripe, query.orderId);
  const [list = 'charges', after] = query.cursor?.split(' ') ?? [];
  const page = {
    limit: PAGE_SIZE,
    ...(after && { starting_after: after }),
    ...(query.since && { created: { gte: Math.floor(query.since.getTime() / 1_000) } }),
  };
  if (list === 'charges') {
    const { data, has_more } = await stripe.paymentIntents.list(page);
    return { entries: data.flatMap(chargeEntries), nextCursor: has_more ? `charges ${data.at(-1)!.id}` : 'refunds' };
  }
  const { data, has_more } = await stripe.refunds.list({ ...page, expand: ['data.payment_intent'] });
  return { entries: data.flatMap(refundEntries), nextCursor: has_more ? `refunds ${data.at(-1)!.id}` : undefined };
}

/** Stripe's search lags a minute behind. */
async function ofOrder(stripe: Stripe, orderId: string): Promise<LedgerPage> {
  const { data } = await stripe.paymentIntents.search({ query: `metadata['orderId']:'${orderId}'`, limit: PAGE_SIZE });
  const refunds = await Promise.all(
    data.map(async (intent) => {
      const list = await stripe.refunds.list({ payment_intent: intent.id, limit: PAGE_SIZE });
      return list.data.flatMap((refund) => refundEntries({ ...refund, payment_intent: intent }));
    }),
  );
  return { entries: [...data.flatMap(chargeEntries), ...refunds.flat()], nextCursor: undefined };
}

function chargeEntries({
  id,
  status,
  amount_received,
  currency,
  created,
  metadata,
}: Stripe.PaymentIntent): LedgerEntry[] {
  if (status !== 'succeeded') return [];
  return [
    { id, type: 'charge', amount: amount_received, currency: currency.toUpperCase(), ...madeBy(metadata, created) },
  ];
}

/** A refund that was made in Stripe's dashboard has no metadata of ours, but its intent has. */
function refundEntries({ id, status, amount, currency, created, payment_intent }: Stripe.Refund): LedgerEntry[] {
  if (status === 'failed' || status === 'canceled') return [];
  const metadata = payment_intent && typeof payment_intent === 'object' ? payment_intent.metadata : {};
  return [{ id, type: 'refund', amount, currency: currency.toUpperCase(), ...madeBy(metadata, created) }];
}

const madeBy = ({ chargeKey, orderId }: Stripe.Metadata, created: number) => ({
  chargeKey,
  orderId,
  at: new Date(created * 1_000),
});
