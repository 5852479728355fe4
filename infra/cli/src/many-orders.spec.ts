import { percentile, summary } from './many-orders.js';

const run = (status: string, at: number, reason?: string) => ({
  orderId: 'o',
  accepted: 10,
  at,
  state: { orderId: 'o', status, terminal: true, ...(reason && { reason }) },
});

describe('the summary of many orders', () => {
  it('counts by outcome and leaves those without one out of the times', () => {
    const runs = [
      run('CONFIRMED', 100),
      run('FAILED', 50, 'OUT_OF_STOCK'),
      run('CONFIRMED', 2_400),
      { failure: 'late' },
    ];

    expect(summary(runs)).toBe(
      [
        '4 orders: 2 CONFIRMED, 1 FAILED (OUT_OF_STOCK), 1 without an outcome',
        'POST to 202      p50 10 ms, p95 10 ms',
        'POST to outcome  p50 100 ms, p95 2.4 s',
      ].join('\n'),
    );
  });

  it.each([
    [0.5, 50],
    [0.95, 95],
    [1, 100],
  ])('takes the percentile %d of 1 to 100 as %d', (share, value) => {
    expect(
      percentile(
        Array.from({ length: 100 }, (_, n) => 100 - n),
        share,
      ),
    ).toBe(value);
  });
});
