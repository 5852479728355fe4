import { canonicalJson } from './canonical-json.js';
import { fingerprintOf } from './fingerprint.js';

describe('the canonical form', () => {
  it("matches RFC 8785's sample of numbers, strings and literals", () => {
    const sample = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonicalJson(JSON.parse(sample))).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts by UTF-16 code units, as RFC 8785's sample does", () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    const text = sorted.map((name) => `${JSON.stringify(name)}:0`).join(',');
    expect(canonicalJson(Object.fromEntries(names.map((name) => [name, 0])))).toBe(`{${text}}`);
  });

  it('rejects bodies nested too deeply', () => {
    expect(() => canonicalJson(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).toThrow(RangeError);
  });
});

describe('the fingerprint', () => {
  const order = { method: 'POST', path: '/orders', body: { a: 1, b: { c: [1, 2], d: 'x' } } };

  it('is the same for reordered properties', () => {
    expect(fingerprintOf({ ...order, body: { b: { d: 'x', c: [1, 2] }, a: 1 } })).toBe(fingerprintOf(order));
  });

  it.each([
    ['value', { ...order, body: { ...order.body, a: 2 } }],
    ['order of a list', { ...order, body: { a: 1, b: { c: [2, 1], d: 'x' } } }],
    ['type', { ...order, body: { ...order.body, a: '1' } }],
    ['path', { ...order, path: '/orders/1/cancel' }],
    ['method', { ...order, method: 'PUT' }],
  ])('is another one for another %s', (_, other) => {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(order));
  });
});
