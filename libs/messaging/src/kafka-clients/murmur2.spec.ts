import { randomBytes } from 'node:crypto';
import { murmur2 as asUnsigned } from '@platformatic/kafka';
import { murmur2 } from './murmur2.js';

const MEGABYTE = 1024 * 1024;

it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 71])('hashes %d bytes as Java does', (length) => {
  const bytes = randomBytes(length);
  expect(murmur2(bytes)).toBe(asUnsigned(bytes) & 0x7fffffff);
});

it('hashes a megabyte', () => {
  expect(murmur2(Buffer.alloc(MEGABYTE, 'message'))).toBe(34047106);
});
