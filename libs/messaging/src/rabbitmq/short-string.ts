import { createHash } from 'node:crypto';

/** Bytes that AMQP has room for in a property, or in a header's name (AMQP 0-9-1, 4.2.5.3). */
const LONGEST = 255;

export const isShort = (text: string): boolean => Buffer.byteLength(text) <= LONGEST;

/** An id that is a property too: the same for the same id, so that a message that is sent twice is recognised. */
export const shortId = (id: string): string =>
  isShort(id) ? id : `sha-256:${createHash('sha256').update(id).digest('hex')}`;
