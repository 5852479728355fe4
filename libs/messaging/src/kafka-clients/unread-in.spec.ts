import { type LogBatch, unreadIn } from './unread-in.js';

/** Written at second n: its records at these offsets, one second apart. */
const batch = (firstOffset: number, offsets: readonly number[], changes: Partial<LogBatch> = {}): LogBatch => ({
  firstOffset: BigInt(firstOffset),
  lastOffsetDelta: Math.max(0, ...offsets.map((offset) => offset - firstOffset)),
  attributes: 0,
  firstTimestamp: BigInt(firstOffset * 1_000),
  maxTimestamp: BigInt((firstOffset + offsets.length) * 1_000),
  records: offsets.map((offset) => ({
    offsetDelta: offset - firstOffset,
    timestampDelta: BigInt((offset - firstOffset) * 1_000),
  })),
  ...changes,
});
const CONTROL = { attributes: 0x30 };

describe('what is unread in a log', () => {
  it('is the records from the committed offset on, and as old as the first of them', () => {
    expect(unreadIn([batch(0, [0, 1, 2, 3]), batch(4, [4, 5])], 2n, 6n)).toEqual({ count: 4, oldest: 2_000 });
  });

  it('leaves out the gaps of a compacted topic', () => {
    expect(unreadIn([batch(0, [0, 7]), batch(20, [20, 90])], 3n, 91n)).toEqual({ count: 3, oldest: 7_000 });
  });

  it('leaves out control records and what aborted transactions left empty', () => {
    const aborted = batch(4, [], { lastOffsetDelta: 3, attributes: 0x10 });
    const log = [batch(0, [0]), batch(1, [1], CONTROL), aborted, batch(8, [8], CONTROL)];
    expect(unreadIn(log, 0n, 9n)).toEqual({ count: 1, oldest: 0 });
    expect(unreadIn(log, 1n, 9n)).toEqual({ count: 0 });
  });

  it('counts by offsets what lies behind the batches it is given', () => {
    expect(unreadIn([batch(0, [0, 1])], 0n, 1_000n)).toEqual({ count: 1_000, oldest: 0 });
    expect(unreadIn([batch(5, [5], CONTROL)], 5n, 7n)).toEqual({ count: 1, oldest: 6_000 });
  });

  it('is as old as the broker says where it sets the time', () => {
    expect(unreadIn([batch(3, [3, 4], { attributes: 0x08 })], 3n, 5n)).toEqual({ count: 2, oldest: 5_000 });
  });
});
