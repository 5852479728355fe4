import { randomBytes, randomInt } from 'node:crypto';
import type { Destination } from './system-under-test.js';

/** A message whose body, id, key, type and headers are arbitrary bytes. */
export interface RandomMessage {
  to: Destination;
  /** Begins its body, which is never JSON. */
  mark: string;
  body: Buffer;
  id: Buffer | undefined;
  key: Buffer | null;
  /** Whether its type is one that its consumers handle. */
  isHandled: boolean;
  type: Buffer;
  headers: [name: string, value: Buffer][];
}

/** Bytes of a body, and of an id, key or type. */
export interface Longest {
  body: number;
  name: number;
}

const MARK = /^random [\da-f-]{36}/;

/** Mostly short, sometimes longer than an AMQP property or an indexed column, now and then as long as the broker takes. */
function length(longest: number): number {
  const one = randomInt(100);
  return randomInt(one === 0 ? longest : one < 10 ? 1_000 : 60);
}

/** Bytes, or text with the characters that hurt most. */
function bytes(longest: number): Buffer {
  const kinds = [
    () => randomBytes(length(longest)),
    () => Buffer.from('a\0b'),
    () => Buffer.from('Connection lost, 57P01, ECONNREFUSED, deadlock'),
    () => Buffer.from(`\ud83d\ude00 ${randomInt(1e9)} \u0000\ufffd`),
    () => Buffer.from('x'.repeat(length(longest))),
    () => Buffer.alloc(0),
  ];
  return kinds[randomInt(kinds.length)]!();
}

/** Its headers have up to a tenth of its body's length. */
export function randomMessage(to: Destination, longest: Longest): RandomMessage {
  const mark = `random ${crypto.randomUUID()}`;
  const isHandled = randomInt(3) > 0;
  const headers = Array.from({ length: randomInt(5) }, (_, n): [string, Buffer] => [
    n === 0 ? `x-${randomBytes(4).toString('latin1')}` : `header ${n}`,
    bytes(longest.body / 50),
  ]);
  return {
    to,
    mark,
    body: Buffer.concat([Buffer.from(`${mark} `), bytes(longest.body / 2)]),
    id: randomInt(4) > 0 ? Buffer.concat([bytes(longest.name), randomBytes(8)]) : undefined,
    key: randomInt(5) > 0 ? Buffer.concat([bytes(longest.name), randomBytes(8)]) : null,
    isHandled,
    type: isHandled ? Buffer.from(to.type) : Buffer.concat([Buffer.from('?'), bytes(longest.name)]),
    headers,
  };
}

/** Undefined for any other message's body. */
export function markOf({ body, bodyEncoding }: { body: string; bodyEncoding: string }): string | undefined {
  return MARK.exec(bodyEncoding === 'base64' ? Buffer.from(body, 'base64').toString('latin1') : body)?.[0];
}
