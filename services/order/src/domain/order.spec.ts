import { CAME_FROM, isFinal, isTerminal, STATUSES } from './order.js';

describe('an order', () => {
  it('never leaves FAILED or CANCELLED', () => {
    const reachable = STATUSES.filter((status) =>
      CAME_FROM[status].some((from) => ['FAILED', 'CANCELLED'].includes(from)),
    );
    expect(reachable).toEqual([]);
  });

  it('only goes forward once it is confirmed', () => {
    const afterConfirmed = STATUSES.filter((status) => CAME_FROM[status].includes('CONFIRMED'));
    expect(afterConfirmed).toEqual(['SHIPPED', 'DELIVERED']);
  });

  it('has its outcome in five of its states', () => {
    expect(STATUSES.filter(isTerminal)).toEqual(['CONFIRMED', 'SHIPPED', 'DELIVERED', 'FAILED', 'CANCELLED']);
  });

  it('is over when it was delivered, failed or was cancelled', () => {
    expect(STATUSES.filter(isFinal)).toEqual(['DELIVERED', 'FAILED', 'CANCELLED']);
  });
});
