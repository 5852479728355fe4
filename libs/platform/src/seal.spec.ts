import { isSealed, open, seal } from './seal.js';

const sealed = seal('tok_ok', 'a long random key', 'order-1');

describe('a sealed text', () => {
  it('opens with its key and context, and does not contain the text', () => {
    expect(open(sealed, 'a long random key', 'order-1')).toBe('tok_ok');
    expect(Buffer.from(sealed.slice(7), 'base64url').toString('latin1')).not.toContain('tok_ok');
  });

  it('is another one each time', () => {
    expect(seal('tok_ok', 'a long random key', 'order-1')).not.toBe(sealed);
  });

  it.each([
    ['another key', sealed, 'another key', 'order-1'],
    ['another context', sealed, 'a long random key', 'order-2'],
    ['a changed text', `${sealed.slice(0, -2)}AA`, 'a long random key', 'order-1'],
    ['a text that was never sealed', 'tok_ok', 'a long random key', 'order-1'],
  ])('does not open with %s', (_, text, key, context) => {
    expect(() => open(text, key, context)).toThrow();
  });

  it('is distinguishable from any other text', () => {
    expect([sealed, 'tok_ok', 'sealed'].map(isSealed)).toEqual([true, false, false]);
  });
});
