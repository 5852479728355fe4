import { parseIdempotencyKey } from './idempotency-key-header.js';

describe('the header Idempotency-Key', () => {
  it('may be missing', () => expect(parseIdempotencyKey(undefined)).toBeUndefined());

  it.each([
    ['a', 'a'],
    ['"a"', 'a'],
    ['"8e03978e-40d5"', '8e03978e-40d5'],
    ['~!', '~!'],
    ['a"b', 'a"b'],
    ['"a\\\\b\\"c"', 'a\\b"c'],
    ['"two words"', 'two words'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'x'.repeat(255)}"`, 'x'.repeat(255)],
  ])('%s is the key %s', (header, key) => {
    expect(parseIdempotencyKey(header)).toBe(key);
  });

  it.each([
    '',
    ' ',
    'a b',
    'ä',
    '"ä"',
    'a\u007f',
    'x'.repeat(256),
    `"${'x'.repeat(256)}"`,
    '""',
    '"',
    '"abc',
    '"a"b"',
    '"a", "b"',
    '"a\\b"',
    '"a";p=1',
    ['a', 'b'],
    [],
  ])('%j is rejected', (header) => {
    expect(() => parseIdempotencyKey(header as string)).toThrow('1 to 255 visible ASCII');
  });
});
