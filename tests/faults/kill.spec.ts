import { checkInvariants } from '@waybill/cli';
import { until } from '@waybill/testing';
import { endpoints, type Order, type OrderRequest, outcomeOf, place, setAvailable } from '../shop.js';

const OURS = ['order-api', 'order-processor', 'inventory', 'payment', 'email', 'analytics', 'payment-provider'];
const BACKING = ['postgres', 'rabbitmq', 'kafka', 'temporal', 'mail'];

const RARE_COPIES = 5;

/** The n-th order of a shop's day: one in ten has a bad card, one in ten wants the rare book that only five can have. */
function nthOrder(n: number): Partial<OrderRequest> {
  const sku = n % 2 ? 'BOOK-001' : 'BOOK-002';
  const special: Record<number, Partial<OrderRequest>> = {
    0: { items: [{ sku: 'RARE-001', quantity: 1 }] },
    1: { paymentToken: 'tok_declined' },
    2: { paymentToken: 'tok_lost_reply' },
    3: { paymentToken: 'tok_flaky' },
  };
  return { items: [{ sku, quantity: 1 + (n % 3) }], ...special[n % 10] };
}

/** kill -9, and back again with another pid. */
async function kill(name: string): Promise<void> {
  const pid = endpoints().processes[name]!;
  process.kill(pid, 'SIGKILL');
  await until(`${name} runs again`, () => ![pid, undefined].includes(endpoints().processes[name]), { within: '60s' });
}

/** Waits until it can do its work, so that a kill hits it at work and not while it starts. */
function untilReady(name: string): Promise<unknown> {
  const url = endpoints()[name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase()) as 'orderApi'];
  return until(`${name} is ready`, async () => (await fetch(`${url}/health/ready`)).ok, { within: '60s' });
}

/** All orders have the outcome that they would have had without any kill, and every invariant holds. */
async function expectNothingWasLost(orderIds: readonly string[]): Promise<void> {
  const outcomes = await Promise.all(orderIds.map((orderId) => outcomeOf(orderId, '180s')));
  const tenth = orderIds.length / 10;
  expect(countOf(outcomes)).toEqual({
    OUT_OF_STOCK: tenth - RARE_COPIES,
    PAYMENT_DECLINED: tenth,
    sold: orderIds.length - 2 * tenth + RARE_COPIES,
  });
  const results = await checkInvariants(endpoints(), { settle: 120_000, accepted: [...orderIds] });
  expect(results.filter(({ ok }) => ok === false)).toEqual([]);
}

function countOf(outcomes: readonly Order[]): Record<string, number> {
  const byOutcome = Object.groupBy(outcomes, ({ status, reason }) => (status === 'FAILED' ? reason! : 'sold'));
  return Object.fromEntries(Object.entries(byOutcome).map(([outcome, orders]) => [outcome, orders!.length]));
}

beforeEach(() => setAvailable('RARE-001', RARE_COPIES));

describe('kill -9', () => {
  it.each([...OURS, ...BACKING])(
    'of %s in the middle of 200 orders changes nothing of their outcomes',
    async (name) => {
      const placing = Promise.all(Array.from({ length: 200 }, (_, n) => place(nthOrder(n))));
      await kill(name);
      await expectNothingWasLost(await placing);
    },
    400_000,
  );

  it('of each of our processes ten times while 500 orders come in changes nothing of their outcomes', async () => {
    const kills = Array.from({ length: 10 }, () => OURS).flat();
    const orderIds: Promise<string>[] = [];
    const more = (count: number) => {
      for (let n = 0; n < count; n++) orderIds.push(place(nthOrder(orderIds.length)));
    };
    more(500 - 7 * kills.length);
    for (const [n, name] of kills.entries()) {
      more(7);
      await untilReady(name);
      await outcomeOf(await orderIds[7 * n]!, '60s'); // so that the kills meet a system at work, each at another moment
      await kill(name);
    }
    await expectNothingWasLost(await Promise.all(orderIds));
  }, 1_200_000);
});
