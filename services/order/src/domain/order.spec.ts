import { ALLOWED_FROM, isFinal, isTerminal, STATUSES } from './order.js';

describe('an order', () => {
  it('never leaves FAILED or CANCELLED', () => {
    const reachable = STATUSES.filter((status) =>
      ALLOWED_FROM[status].some((from) => ['FAILED', 'CANCELLED'].includes(from)),
    );
    expect(reachable).toEqual([]);
  });

  it('only moves forward once it is confirmed', () => {
    const afterConfirmed = STATUSES.filter((status) => ALLOWED_FROM[status].includes('CONFIRMED'));
    expect(afterConfirmed).toEqual(['SHIPPED', 'DELIVERED']);
  });

  it('has its outcome in five of its statuses', () => {
    expect(STATUSES.filter(isTerminal)).toEqual(['CONFIRMED', 'SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED']);
  });

  it('is final when it is delivered, failed or cancelled', () => {
    expect(STATUSES.filter(isFinal)).toEqual(['DELIVERED', 'FAILED', 'CANCELLED']);
  });
});
