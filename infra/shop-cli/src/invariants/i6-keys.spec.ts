import { findingsAfter, violationsAfter } from './healthy-system.fixture.js';
import { oneOrderPerKey } from './i6-keys.js';

const use = (key: string, orderId: string) => ({ key, orderId });

describe('I6, one order per key', () => {
  it('is not checked when the keys are not given', () => {
    expect(findingsAfter(oneOrderPerKey)).toEqual({ notChecked: 'not checked without --keys' });
  });

  it('holds when a key always got the same order', () => {
    const keys = [use('a', 'confirmed'), use('a', 'confirmed'), use('b', 'failed')];
    expect(findingsAfter(oneOrderPerKey, undefined, { keys })).toEqual({
      counted: '2 keys, used 3 times',
      violations: [],
    });
  });

  it('is broken by a key that made two orders', () => {
    const keys = [use('a', 'confirmed'), use('a', 'failed')];
    expect(violationsAfter(oneOrderPerKey, undefined, { keys })).toEqual(['key a made 2 orders: confirmed, failed']);
  });

  it('is broken by a key that got an order that does not exist', () => {
    const violations = violationsAfter(oneOrderPerKey, undefined, { keys: [use('a', 'nobody')] });
    expect(violations).toEqual(['key a got order nobody, which does not exist']);
  });
});
