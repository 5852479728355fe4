import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.js';

/** SHA-256 of the request; order of properties and white space make no difference. `body` is parsed JSON. */
export function fingerprintOf(request: { method: string; path: string; body: unknown }): string {
  const { method, path, body } = request;
  return createHash('sha256')
    .update(canonicalJson([method.toUpperCase(), path, body ?? null]))
    .digest('hex');
}
