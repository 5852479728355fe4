import { checkInvariants } from '@waybill/cli';
import { until } from '@waybill/testing';
import { endpoints, outcomeOf, place, setAvailable } from '../shop.js';

const OURS = ['order-api', 'order-processor', 'inventory', 'payment', 'email', 'analytics', 'payment-provider'];
const BACKING = ['postgres', 'rabbitmq', 'kafka', 'temporal'];

/** kill -9, and back again with another pid. */
async function kill(name: string): Promise<void> {
  const pid = endpoints().processes[name]!;
  process.kill(pid, 'SIGKILL');
  await until(`${name} runs again`, () => ![pid, undefined].includes(endpoints().processes[name]), { within: '60s' });
}

/** Forty orders as a shop sees them: good and bad cards, a rare book that only five can have. */
function placeManyOrders(): Promise<string[]> {
  const mix = (n: number) => {
    if (n % 10 === 0) return { items: [{ sku: 'RARE-001', quantity: 1 }] };
    if (n % 10 === 1) return { paymentToken: 'tok_declined' };
    if (n % 10 === 2) return { paymentToken: 'tok_lost_reply' };
    return { items: [{ sku: n % 2 ? 'BOOK-001' : 'BOOK-002', quantity: 1 + (n % 3) }] };
  };
  return Promise.all(Array.from({ length: 40 }, (_, n) => place(mix(n))));
}

describe('kill -9 in the middle of many orders', () => {
  it.each([...OURS, ...BACKING])(
    'of %s changes nothing of their outcomes',
    async (name) => {
      await setAvailable('RARE-001', 2);
      const placing = placeManyOrders();
      await kill(name);
      const orderIds = await placing;
      const outcomes = await Promise.all(orderIds.map((orderId) => outcomeOf(orderId, '120s')));

      const reasons = outcomes.filter(({ status }) => status === 'FAILED').map(({ reason }) => reason);
      expect(reasons.toSorted()).toEqual(['OUT_OF_STOCK', 'OUT_OF_STOCK', ...Array(4).fill('PAYMENT_DECLINED')]);

      const results = await checkInvariants(endpoints(), { settle: 60_000, accepted: orderIds });
      expect(results.filter(({ ok }) => ok === false)).toEqual([]);
    },
    240_000,
  );
});
