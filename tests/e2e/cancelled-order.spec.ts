import { setTimeout as pause } from 'node:timers/promises';
import { until } from '@waybill/testing';
import { cancel, ledger, mailTypes, order, outcomeOf, place, reservations, shipments, untilOrder } from '../shop.js';

/** What was charged, less what was refunded. */
const paid = async (orderId: string): Promise<number> =>
  (await ledger(orderId)).reduce((sum, { type, amount }) => sum + (type === 'charge' ? amount : -amount), 0);

async function expectNothingKept(orderId: string): Promise<void> {
  expect(await paid(orderId)).toBe(0);
  for (const { status } of await reservations(orderId)) expect(status).toBe('RELEASED');
  for (const { status } of await shipments(orderId)) expect(status).toBe('CANCELLED');
}

describe('an order that its customer cancels', () => {
  it('at once is CANCELLED, costs nothing, keeps no stock, and is confirmed by one mail', async () => {
    const orderId = await place();
    const response = await cancel(orderId);
    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ orderId, checkStatusUrl: `/orders/${orderId}/status` });

    expect(await outcomeOf(orderId)).toMatchObject({ status: 'CANCELLED', terminal: true });
    await expectNothingKept(orderId);
    expect((await cancel(orderId)).status).toBe(202);
    await until('the mail is there', async () => (await mailTypes(orderId)).length > 0);
    expect(await mailTypes(orderId)).toEqual(['order-cancelled']);
  });

  it('while it waits for its payment does not wait for the result', async () => {
    const orderId = await place({ paymentToken: 'tok_unavailable' }); // retried until its deadline, else
    await untilOrder(orderId, 'RESERVED');
    expect((await cancel(orderId)).status).toBe(202);
    const { history } = await outcomeOf(orderId);
    expect(history.map(({ status }) => status)).toEqual(['PENDING', 'RESERVED', 'CANCELLED']);
    await expectNothingKept(orderId);
  });

  it('while it is charged is refunded, or never charged', async () => {
    const orderId = await place({ paymentToken: 'tok_slow' });
    await untilOrder(orderId, 'RESERVED');
    expect((await cancel(orderId)).status).toBe(202);
    expect(await outcomeOf(orderId)).toMatchObject({ status: 'CANCELLED' });
    await outcomeOf(await place({ paymentToken: 'tok_slow' })); // the charge of the first one would be done before
    await expectNothingKept(orderId);
  });

  it('too late is told so, and changes nothing', async () => {
    const { orderId } = await untilOrder(await place(), 'CONFIRMED');
    const response = await cancel(orderId);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      409,
      'application/problem+json; charset=utf-8',
    ]);
    expect(await response.json()).toMatchObject({ type: 'urn:waybill:problem:too-late', detail: expect.any(String) });
    expect((await order(orderId)).history.map((state) => state.status)).not.toContain('CANCELLED');
    expect(await paid(orderId)).toBeGreaterThan(0);
  });

  it('is CANCELLED if and only if that was accepted, at whatever moment', async () => {
    const ends = Array.from({ length: 30 }, async (_, n) => {
      const orderId = await place();
      await pause(n * 20);
      const { status } = await cancel(orderId);
      const outcome = await outcomeOf(orderId);
      expect([status, outcome.status === 'CANCELLED']).toEqual(status === 202 ? [202, true] : [409, false]);
      if (status === 202) await expectNothingKept(orderId);
    });
    await Promise.all(ends);
  });

  it.each([crypto.randomUUID(), 'nonsense'])('is unknown when there is no order %s', async (orderId) => {
    expect((await cancel(orderId)).status).toBe(404);
  });
});
