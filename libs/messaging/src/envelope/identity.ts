import { createHash } from 'node:crypto';
import { isStorable } from './text.js';

/**
 * What distinguishes a message from every other one of its consumer: where it came from, and its source and id (CloudEvents
 * 1.0, `id`). As text for an index of PostgreSQL: hashed when it is too long for one or has characters that can't be stored.
 */
export function identityOf({ from, source, id }: { from: { name: string }; source: string; id: string }): string {
  const identity = `${from.name} ${source} ${id}`;
  return isStorable(identity) ? identity : `${from.name} sha256:${hashOf(identity)}`;
}

/** A message's key for an index of PostgreSQL, which the same keys share. */
export const storableKey = (key: string): string => (isStorable(key) ? key : `sha256:${hashOf(key)}`);

/** UTF-16, because UTF-8 has no lone surrogates. */
const hashOf = (text: string): string => createHash('sha256').update(text, 'utf16le').digest('hex');
