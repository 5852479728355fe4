import { chargeKeyOf } from './payment.js';

describe('the idempotency key of a charge', () => {
  it('differs between attempts at the same order, so that a retried order can be paid', () => {
    const orderId = '0190a5c2-0000-7000-8000-000000000000';
    expect(chargeKeyOf({ orderId, attempt: 1 })).not.toBe(chargeKeyOf({ orderId, attempt: 2 }));
  });
});
