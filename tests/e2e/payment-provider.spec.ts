import { ledger, outcomeOf, place, reservations } from '../shop.js';

describe('a payment provider that fails', () => {
  it.each([
    ['charges, but its reply is lost', 'tok_lost_reply'],
    ['fails twice', 'tok_flaky'],
    ['is too busy twice', 'tok_rate_limited'],
    ['takes three seconds', 'tok_slow'],
  ])('%s: the order is confirmed and charged once', async (_, paymentToken) => {
    const confirmed = await outcomeOf(await place({ paymentToken }));

    expect(confirmed.status).not.toBe('FAILED');
    expect(await ledger(confirmed.orderId)).toEqual([expect.objectContaining({ type: 'charge', ...confirmed.total })]);
  });

  it('is unavailable until the deadline: the order fails, nothing is charged and the items are released', async () => {
    const failed = await outcomeOf(await place({ paymentToken: 'tok_unavailable' }), '120s');

    expect(failed).toMatchObject({ status: 'FAILED', reason: 'PAYMENT_UNAVAILABLE' });
    expect(await ledger(failed.orderId)).toEqual([]);
    expect(await reservations(failed.orderId)).toEqual([expect.objectContaining({ status: 'RELEASED' })]);
  });
});
