import { createHash } from 'node:crypto';

/**
 * Who sends a request, for the scope of a key: a SHA-256, so that no credential is stored and any length will do.
 *
 * With a JWT it is that of `sub`, so that a retry with a refreshed token is the same caller. Its signature is NOT verified
 * here: whoever does not verify tokens before lets anybody use anybody's keys, which gets them no more than the stored
 * response to a request that they know word for word. Any other credential stands for itself.
 */
export function callerOf(authorization: string | undefined): string {
  const [, scheme, credential] = /^(\S+) *(.*)$/s.exec(authorization?.trim() ?? '') ?? [];
  if (!scheme) return 'anonymous';
  const isBearer = scheme.toLowerCase() === 'bearer';
  const subject = isBearer ? subjectOf(credential!) : undefined;
  const identity = subject === undefined ? ['credential', scheme.toLowerCase(), credential] : ['sub', subject];
  return createHash('sha256').update(JSON.stringify(identity)).digest('hex');
}

/** The `sub` in the payload of a JWT; undefined when there is none. */
function subjectOf(token: string): string | undefined {
  const [, payload, signature, ...more] = token.split('.');
  if (!payload || signature === undefined || more.length) return undefined;
  try {
    const { sub } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) ?? {};
    return typeof sub === 'string' && sub ? sub : undefined;
  } catch {
    return undefined; // not a JWT: an opaque token with dots
  }
}
