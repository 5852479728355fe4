import { formatBatchSummary, percentile } from './batch-summary.js';

const result = (status: string, stateAfter: number, reason?: string) => ({
  orderId: 'o',
  acceptedAfter: 10,
  stateAfter,
  state: { orderId: 'o', status, terminal: true, ...(reason && { reason }) },
});

describe('the summary of an order batch', () => {
  it('counts orders by outcome and leaves those without one out of the times', () => {
    const results = [
      result('CONFIRMED', 100),
      result('FAILED', 50, 'OUT_OF_STOCK'),
      result('CONFIRMED', 2_400),
      { failure: 'timed out' },
    ];

    expect(formatBatchSummary(results)).toBe(
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
  ])('computes the percentile %d of 1 to 100 as %d', (share, value) => {
    const values = Array.from({ length: 100 }, (_, n) => 100 - n);
    expect(percentile(values, share)).toBe(value);
  });
});
