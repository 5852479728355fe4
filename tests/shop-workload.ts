import { checkInvariants } from '@waybill/shop-cli';
import { until } from '@waybill/testing';
import { endpoints, type Order, type OrderRequest, outcomeOf, place, setAvailable } from './shop.js';
import { type DeadLetter, operate } from './system/running-system.js';
import type { Workload } from './system/system-under-test.js';

/** Of the rare book, which one order in ten wants: 20 orders are enough for one that is out of stock. */
const RARE_COPIES = 1;

/** One order in ten has a card that is declined, one wants the rare book, two meet a payment provider that fails. */
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

export class OrderWorkload implements Workload {
  private readonly placing: Promise<string>[] = [];

  static async start(): Promise<OrderWorkload> {
    await setAvailable('RARE-001', RARE_COPIES);
    return new OrderWorkload();
  }

  add(count: number): void {
    for (let n = 0; n < count; n++) this.placing.push(place(nthOrder(this.placing.length), '300s'));
  }

  /** Every order got a 202. */
  accepted(): Promise<string[]> {
    return Promise.all(this.placing);
  }

  async finished(n: number): Promise<Order> {
    return outcomeOf(await this.placing[n]!);
  }

  /** Also, every failed order waits for review. */
  async expectNothingLost(): Promise<void> {
    const orderIds = await this.accepted();
    const outcomes = await Promise.all(orderIds.map((orderId) => outcomeOf(orderId, '180s')));
    const tenth = orderIds.length / 10;
    expect(countOf(outcomes)).toEqual({
      OUT_OF_STOCK: tenth - RARE_COPIES,
      PAYMENT_DECLINED: tenth,
      sold: orderIds.length - 2 * tenth + RARE_COPIES,
    });
    await Promise.all(outcomes.filter(({ status }) => status === 'FAILED').map(expectReview));
    const results = await checkInvariants(endpoints(), { settle: 120_000, accepted: orderIds });
    expect(results.filter(({ ok }) => ok === false)).toEqual([]);
  }
}

/** A failed order is among the dead letters, once. */
async function expectReview({ orderId, reason }: Order): Promise<void> {
  const found = await until(
    `order ${orderId} waits for review`,
    async () => {
      const { items } = await operate<{ items: DeadLetter[] }>(`?class=business&key=${orderId}`);
      return items.length > 0 && items;
    },
    { within: '120s' },
  );
  expect(found).toMatchObject([{ source: 'orders.process', status: 'waiting', error: reason }]);
}

function countOf(outcomes: readonly Order[]): Record<string, number> {
  const byOutcome = Object.groupBy(outcomes, ({ status, reason }) => (status === 'FAILED' ? reason! : 'sold'));
  return Object.fromEntries(Object.entries(byOutcome).map(([outcome, orders]) => [outcome, orders!.length]));
}
