import { overdue } from './deadlines.js';

const deadlines = { inventory: 1_000, payment: 2_000, order: 3_000 };

describe('an attempt', () => {
  it.each([
    ['PENDING', 1_001, 'INVENTORY_UNAVAILABLE'],
    ['RESERVED', 2_001, 'PAYMENT_UNAVAILABLE'],
    ['PAID', 1_001, 'INVENTORY_UNAVAILABLE'],
  ] as const)('that is %s for %i ms fails with %s', (status, inStatus, reason) => {
    expect(overdue(status, { inStatus, inAll: inStatus }, deadlines)).toBe(reason);
  });

  it('may wait as long as the party in question may take', () => {
    expect(overdue('RESERVED', { inStatus: 1_999, inAll: 1_999 }, deadlines)).toBeUndefined();
  });

  it('times out in all, although each party responds in time', () => {
    expect(overdue('PAID', { inStatus: 500, inAll: 3_001 }, deadlines)).toBe('TIMED_OUT');
  });
});
