import { type AttemptRecord, attemptOf, chargeKeyOf, nextStep, outcomeOf } from './payment.js';

describe('the idempotency key of a charge', () => {
  it('differs between attempts at the same order, so that a retried order can be paid', () => {
    const orderId = '0190a5c2-0000-7000-8000-000000000000';
    expect(chargeKeyOf({ orderId, attempt: 1 })).not.toBe(chargeKeyOf({ orderId, attempt: 2 }));
  });

  it('tells which attempt it is for, and whether it is ours', () => {
    const attempt = { orderId: '0190a5c2-0000-7000-8000-000000000000', attempt: 12 };
    expect(attemptOf(chargeKeyOf(attempt))).toEqual(attempt);
    expect(['order-1', '0190a5c2-0000-7000-8000-000000000000', '', undefined].map(attemptOf)).toEqual(
      Array(4).fill(undefined),
    );
  });
});

describe('the next step of a charge', () => {
  const nothing: AttemptRecord = {};
  const begun = { at: new Date(0), amount: 1, currency: 'EUR' };
  const total = { amount: 1, currency: 'EUR' };
  const charged = { paymentId: 'p', total, status: 'SUCCEEDED', providerId: 'ch' } as const;

  it.each([
    ['charges', nothing, false, { step: 'charge' }],
    ['charges again when a try left no outcome', { ...nothing, begun }, false, { step: 'charge' }],
    ['refuses a banned customer', nothing, true, { step: 'refuse', reason: 'CUSTOMER_BANNED' }],
    [
      'undoes what a try before the ban may have done',
      { ...nothing, begun },
      true,
      { step: 'undo', reason: 'CUSTOMER_BANNED' },
    ],
    [
      'is none once the refund was requested',
      { begun, undoRequestedAt: new Date(1) },
      false,
      { step: 'done', outcome: { outcome: 'voided' } },
    ],
    [
      'is none once it is charged, also if the customer is banned now',
      { ...nothing, charge: charged },
      true,
      { step: 'done', outcome: { outcome: 'charged', paymentId: 'p' } },
    ],
  ])('%s', (_, record, isBanned, expected) => {
    expect(nextStep(record, isBanned)).toEqual(expected);
  });

  it('tells why a charge was refunded, also when it is requested again', () => {
    const refund = { paymentId: 'r', total, providerId: 're', reason: 'CUSTOMER_BANNED' } as const;
    expect(outcomeOf({ undoRequestedAt: new Date(1), charge: charged, refund })).toEqual({
      outcome: 'refused',
      reason: 'CUSTOMER_BANNED',
    });
  });
});
