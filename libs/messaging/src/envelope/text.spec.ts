import { randomBytes } from 'node:crypto';
import { identityOf, storableKey } from './identity.js';
import { bytesOf, isStorable, storable, textOf } from './text.js';

describe('text of a message', () => {
  it.each(['', 'abc', 'Malmö', '😀 emoji', '\u0000', '\ufffd', 'a\ufeffb'])('of UTF-8 is what it says: %j', (text) => {
    expect(textOf(Buffer.from(text))).toBe(text);
    expect(bytesOf(text)).toEqual(Buffer.from(text));
  });

  it('has all bytes, whatever they are', () => {
    const all = Array.from({ length: 65_536 }, (_, n) => Buffer.of(n >> 8, n & 0xff));
    const random = Array.from({ length: 2_000 }, (_, n) => randomBytes(n % 40));
    const surrogates = [Buffer.of(0xed, 0xb2, 0x80), Buffer.of(0xf4, 0x90, 0x80, 0x80), Buffer.of(0xf0, 0x9f, 0x98)];
    const wrong = [...all, ...random, ...surrogates].filter((bytes) => !bytesOf(textOf(bytes)).equals(bytes));
    expect(wrong).toEqual([]);
  });
});

describe('text for PostgreSQL', () => {
  const odd = ['a\0b', '\udc80', 'x'.repeat(501), textOf(Buffer.of(0xff, 0))];

  it.each(odd)('is cut and cleaned for people to read', (text) => {
    expect(isStorable(text)).toBe(false);
    expect(isStorable(storable(text))).toBe(true);
  });

  it.each(odd)('identifies a message and its key even so', (text) => {
    const of = (id: string) => identityOf({ from: { name: 'queue' }, source: '/shop', id });
    for (const identity of [of(text), storableKey(text)]) expect(isStorable(identity)).toBe(true);
    expect(of(text)).toBe(of(text));
    expect(of(`${text}1`)).not.toBe(of(text));
  });

  it('identifies an ordinary message by what a person recognises', () => {
    expect(identityOf({ from: { name: 'orders.events' }, source: '/shop', id: '1' })).toBe('orders.events /shop 1');
    expect(storableKey('order-1')).toBe('order-1');
  });

  it('distinguishes the same id of two sources, and of two queues', () => {
    const message = (name: string, source: string) => identityOf({ from: { name }, source, id: '1' });
    expect(new Set([message('a', '/x'), message('a', '/y'), message('b', '/x')]).size).toBe(3);
  });
});
