import { checkInvariants } from '@waybill/shop-cli';
import { until } from '@waybill/testing';
import {
  type DeadLetter,
  endpoints,
  type Order,
  type OrderRequest,
  operate,
  outcomeOf,
  place,
  setAvailable,
} from './shop.js';

/** The n-th order of a shop's day: one in ten has a bad card, one in ten wants the rare book that only few can have. */
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

/** Orders that come in while something bad happens, and the proof that nothing came of it. */
export class ShopsDay {
  private readonly placing: Promise<string>[] = [];

  private constructor(private readonly rareCopies: number) {}

  /** With so many copies of the rare book on the shelf. */
  static async begin(rareCopies: number): Promise<ShopsDay> {
    await setAvailable('RARE-001', rareCopies);
    return new ShopsDay(rareCopies);
  }

  /** So many orders more, all at once. Does not wait for them. */
  order(count: number): void {
    for (let n = 0; n < count; n++) this.placing.push(place(nthOrder(this.placing.length), '300s'));
  }

  /** Every order was answered with 202. */
  accepted(): Promise<string[]> {
    return Promise.all(this.placing);
  }

  /** The n-th order, counted from 0, once it has its outcome. */
  async outcomeOf(n: number): Promise<Order> {
    return outcomeOf(await this.placing[n]!);
  }

  /**
   * All orders, a multiple of ten, have the outcome that they would have had on a quiet day, every failed one waits for
   * review, and every invariant holds.
   */
  async expectNothingWasLost(): Promise<void> {
    const orderIds = await this.accepted();
    const outcomes = await Promise.all(orderIds.map((orderId) => outcomeOf(orderId, '180s')));
    const tenth = orderIds.length / 10;
    expect(countOf(outcomes)).toEqual({
      OUT_OF_STOCK: tenth - this.rareCopies,
      PAYMENT_DECLINED: tenth,
      sold: orderIds.length - 2 * tenth + this.rareCopies,
    });
    await Promise.all(outcomes.filter(({ status }) => status === 'FAILED').map(expectReview));
    const results = await checkInvariants(endpoints(), { settle: 120_000, accepted: orderIds });
    expect(results.filter(({ ok }) => ok === false)).toEqual([]);
  }
}

/** A failed order is among the dead letters, once. */
async function expectReview({ orderId, reason }: Order): Promise<void> {
  const letters = await until(
    `order ${orderId} waits for review`,
    async () => {
      const { items } = await operate<{ items: DeadLetter[] }>(`?class=business&key=${orderId}`);
      return items.length > 0 && items;
    },
    { within: '120s' },
  );
  expect(letters).toMatchObject([{ source: 'orders.process', status: 'waiting', error: reason }]);
}

function countOf(outcomes: readonly Order[]): Record<string, number> {
  const byOutcome = Object.groupBy(outcomes, ({ status, reason }) => (status === 'FAILED' ? reason! : 'sold'));
  return Object.fromEntries(Object.entries(byOutcome).map(([outcome, orders]) => [outcome, orders!.length]));
}
