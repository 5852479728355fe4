import { ordersProcess, ReserveStockReply } from '@waybill/contracts';
import { type TestContract, until } from '@waybill/testing';
import { endpoints, ledger, order, outcomeOf, payments, place, reservations, shipments } from '../shop.js';
import { connectPeers, type Peers } from '../system/peers.js';
import { deadLetter, operate } from '../system/running-system.js';

/** As senders of an earlier version wrote it, with everything that a saga needs. */
const ProcessOrderV1: TestContract<object> = {
  type: 'waybill.ProcessOrder.v1',
  destination: ordersProcess,
  subjectOf: (body) => (body as { orderId: string }).orderId,
};

const taskOf = (orderId: string, attempt: number) => ({
  orderId,
  attempt,
  customerId: 'cus_1001',
  items: [{ sku: 'BOOK-001', quantity: 1 }],
  total: { amount: 1_000, currency: 'EUR' },
  paymentToken: 'tok_ok',
});

let peers: Peers;
beforeAll(async () => {
  peers = await connectPeers();
});
afterAll(() => peers.close());

describe('a task to process', () => {
  it('an order that does not exist is a dead letter, and charges, reserves and ships nothing', async () => {
    const orderId = crypto.randomUUID();
    await peers.tasks.send(ProcessOrderV1, taskOf(orderId, 1));

    const { id, error } = await deadLetter({ class: 'business', source: 'orders.process', key: orderId });
    expect(error).toBe(`attempt 1 cannot begin: order ${orderId} does not exist`);
    for (const effects of [ledger, payments, reservations, shipments]) expect(await effects(orderId)).toEqual([]);
    await operate(`/${id}/discard`, { reason: 'a test' });
  });

  it('an attempt that cannot begin, because the order did not fail, is one too', async () => {
    const { orderId } = await outcomeOf(await place());
    const charges = await ledger(orderId);
    await peers.tasks.send(ProcessOrderV1, taskOf(orderId, 2));

    const { id, error } = await deadLetter({ class: 'business', source: 'orders.process', key: orderId });
    expect(error).toMatch(/^attempt 2 cannot begin: order \S+ is in attempt 1 and (CONFIRMED|SHIPPED|DELIVERED)$/);
    expect(await ledger(orderId)).toEqual(charges);
    expect(await order(orderId)).toMatchObject({ attempt: 1, terminal: true });
    await operate(`/${id}/discard`, { reason: 'a test' });
  });

  it('an order that has its outcome is skipped and counted', async () => {
    const { orderId } = await outcomeOf(await place());
    const [charges, before] = [await ledger(orderId), await skipped()];
    await peers.tasks.send(ProcessOrderV1, taskOf(orderId, 1));

    await until('it is skipped', async () => (await skipped()) === before + 1);
    expect(await ledger(orderId)).toEqual(charges);
  });
});

describe('a reply', () => {
  it('to a saga that does not exist, or not to its own, is dropped and counted', async () => {
    const { orderId } = await outcomeOf(await place());
    const [ghost, before] = [crypto.randomUUID(), await dropped()];
    const reply = { attempt: 1, outcome: 'reserved' as const };
    await peers.tasks.send(ReserveStockReply, { orderId: ghost, ...reply }, { correlationId: `order-${ghost}-1` });
    await peers.tasks.send(ReserveStockReply, { orderId: ghost, ...reply }, { correlationId: `order-${orderId}-1` });
    await peers.tasks.send(ReserveStockReply, { orderId, ...reply }, { correlationId: 'x'.repeat(255) });

    await until('they are dropped', async () => (await dropped()) >= before + 3);
    expect(await order(orderId)).toMatchObject({ terminal: true });
  });
});

const skipped = () => metric('waybill_sagas_skipped_total');
const dropped = () => metric('waybill_replies_dropped_total{type="waybill.ReserveStockReply.v1"}');

/** One series of order-processor. */
async function metric(series: string): Promise<number> {
  const metrics = await (await fetch(`${endpoints().orderProcessor}/metrics`)).text();
  const line = metrics.split('\n').find((each) => each.startsWith(`${series} `));
  return Number(line?.split(' ')[1] ?? 0);
}
