import { until } from '@waybill/testing';
import { cancel, endpoints, ledger, outcomeOf, payments, place } from '../shop.js';
import { keepDown } from '../system/processes.js';

const MINUTE = 60_000;
const placeMany = (count: number, paymentToken: string) =>
  Promise.all(Array.from({ length: count }, () => place({ paymentToken }, '300s')));

/** A charge and nothing else, in the provider's ledger and in payment's rows. */
async function expectChargedOnce(orderId: string): Promise<void> {
  const { status, total } = await outcomeOf(orderId, '300s');
  expect(['CONFIRMED', 'SHIPPED', 'DELIVERED']).toContain(status);
  expect(await ledger(orderId)).toEqual([expect.objectContaining({ type: 'charge', ...total })]);
  expect(await payments(orderId)).toEqual([expect.objectContaining({ type: 'charge', status: 'SUCCEEDED' })]);
}

async function refundsRejected(): Promise<number> {
  const metrics = await (await fetch(`${endpoints().paymentProvider}/metrics`)).text();
  return Number(/_requests_total\{route="\/refunds",status="503"\} (\d+)/.exec(metrics)?.[1] ?? 0);
}

describe('payment', () => {
  it.each(['tok_lost_reply', 'tok_flaky'])(
    'charges each of 100 orders once with %s',
    async (token) => {
      for (const orderId of await placeMany(100, token)) await expectChargedOnce(orderId);
    },
    10 * MINUTE,
  );

  it(
    'refunds a cancelled order in the end, although its refund fails ten times',
    async () => {
      const before = await refundsRejected();
      const orderId = await place({ paymentToken: 'tok_refund_flaky' });
      await until('it is charged', async () => (await ledger(orderId)).length === 1);
      expect((await cancel(orderId)).status).toBe(202);

      expect(await outcomeOf(orderId, '300s')).toMatchObject({ status: 'CANCELLED' });
      expect((await ledger(orderId)).map(({ type }) => type)).toEqual(['charge', 'refund']);
      expect((await payments(orderId)).map(({ type }) => type)).toEqual(['charge', 'refund']);
      expect(await refundsRejected()).toBeGreaterThanOrEqual(before + 10);
    },
    6 * MINUTE,
  );

  it(
    'confirms every good order while the provider always fails for others',
    async () => {
      const [failing, ...good] = await Promise.all([
        placeMany(15, 'tok_unavailable'),
        placeMany(15, 'tok_ok'),
        placeMany(5, 'tok_flaky'),
        placeMany(5, 'tok_lost_reply'),
      ]);
      for (const orderId of good.flat()) await expectChargedOnce(orderId);
      for (const orderId of failing) await cancel(orderId);
      for (const orderId of failing) expect(await ledger((await outcomeOf(orderId, '120s')).orderId)).toEqual([]);
    },
    10 * MINUTE,
  );

  it(
    'waits while the provider is down: no order fails, each is charged once',
    async () => {
      const [orderIds] = await Promise.all([placeMany(40, 'tok_ok'), keepDown('payment-provider', 10_000)]);
      for (const orderId of orderIds) await expectChargedOnce(orderId);
    },
    10 * MINUTE,
  );
});
