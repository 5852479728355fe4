import { setTimeout as pause } from 'node:timers/promises';
import { checkInvariants } from '@waybill/shop-cli';
import { until } from '@waybill/testing';
import { cancel, endpoints, type Order, type OrderRequest, outcomeOf, place, setAvailable } from './shop.js';
import { type DeadLetter, operate } from './system/running-system.js';
import type { Workload } from './system/system-under-test.js';

/** Of the rare book, which one order in ten wants: 20 orders are enough for one that is out of stock. */
const RARE_COPIES = 1;

/** A customer who changes their mind does so within this time, in ms. */
const CANCELLED_WITHIN = 2_000;

/** One order in ten is cancelled by its customer, unless it is too late. */
const isCancelled = (n: number) => n % 10 === 5;

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
  /** The orders whose cancellation was accepted. */
  private readonly cancelled = new Set<string>();

  static async start(): Promise<OrderWorkload> {
    await setAvailable('RARE-001', RARE_COPIES);
    return new OrderWorkload();
  }

  add(count: number): void {
    for (let left = count; left > 0; left--) this.placing.push(this.place(this.placing.length));
  }

  private async place(n: number): Promise<string> {
    const orderId = await place(nthOrder(n), '300s');
    if (isCancelled(n)) await this.cancel(orderId);
    return orderId;
  }

  /** At a random moment, and again while the answer is that it should. */
  private async cancel(orderId: string): Promise<void> {
    await pause(Math.random() * CANCELLED_WITHIN);
    const decided = async () => {
      const { status } = await cancel(orderId);
      return [202, 409].includes(status) && status;
    };
    const status = await until(`order ${orderId} is cancelled, or is not`, decided, { within: '300s' });
    if (status === 202) this.cancelled.add(orderId);
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
      CANCELLED: this.cancelled.size,
      sold: orderIds.length - 2 * tenth + RARE_COPIES - this.cancelled.size,
    });
    const cancelled = outcomes.filter(({ status }) => status === 'CANCELLED');
    expect(new Set(cancelled.map(({ orderId }) => orderId))).toEqual(this.cancelled);
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
  const outcomeOf = ({ status, reason }: Order) => (status === 'CANCELLED' ? status : (reason ?? 'sold'));
  const byOutcome = Object.groupBy(outcomes, outcomeOf);
  const counts = Object.entries(byOutcome).map(([outcome, orders]) => [outcome, orders!.length]);
  return { CANCELLED: 0, ...Object.fromEntries(counts) };
}
