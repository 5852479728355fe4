import type { MsgHdrs } from '@nats-io/transport-node';
import { escaped, unescaped } from './escape.js';

/** Of CloudEvents attributes, as the CloudEvents binding for NATS has it. */
const ATTRIBUTE = 'ce-';
/** Names that mean something to the server, to the binding or to us: a sender's own header of such a name is escaped. */
const RESERVED = /^(nats-|ce-|record-|amqp-)/i;

/** The server's own, which no sender wrote. */
const BROKER_HEADER = /^nats-/i;

/**
 * Headers of any text as lines of printable ASCII, everything else as `%XX`; attributes, which begin with `prefix` elsewhere,
 * begin with `ce-`.
 */
export function writeHeaders(target: MsgHdrs, headers: Record<string, string>, prefix: string): void {
  for (const [name, value] of Object.entries(headers)) target.append(nameOf(name, prefix), lineOf(value));
}

/** What `writeHeaders` wrote, or another sender. Without the server's own and those that begin with `own`. */
export function readHeaders(headers: MsgHdrs | undefined, prefix: string, own: RegExp): Record<string, string> {
  const names = [...new Set(headers?.keys())].filter((name) => !BROKER_HEADER.test(name) && !own.test(name));
  return Object.fromEntries(names.map((name) => [textOfName(name, prefix), unescaped(headers!.get(name))]));
}

/** A value without its outermost spaces would be trimmed. */
export const lineOf = (value: string): string => escaped(value, /[ -$&-~]/).replace(/^ | $/g, '%20');

function nameOf(name: string, prefix: string): string {
  if (name.startsWith(prefix)) return ATTRIBUTE + escaped(name.slice(prefix.length), /[\w.-]/);
  const line = escaped(name, /[\w.-]/);
  return RESERVED.test(line) ? `%${line.charCodeAt(0).toString(16).toUpperCase()}${line.slice(1)}` : line;
}

const textOfName = (name: string, prefix: string): string =>
  name.startsWith(ATTRIBUTE) ? prefix + unescaped(name.slice(ATTRIBUTE.length)) : unescaped(name);
