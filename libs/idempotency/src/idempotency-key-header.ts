/** A bare key as most clients send it. It cannot begin with a quote, which begins a string. */
const BARE = /^[\x21\x23-\x7e][\x21-\x7e]*$/;
/** A string of RFC 9651, as draft-ietf-httpapi-idempotency-key-header requires: `"k"`, with `\"` and `\\` for `"` and `\`. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;
const MAX_LENGTH = 255;

/** The header is present but is not a valid key: HTTP 400. */
export class MalformedIdempotencyKey extends Error {
  override readonly name = 'MalformedIdempotencyKey';
  constructor() {
    super('Idempotency-Key must be 1 to 255 visible ASCII characters, bare or as a quoted string, and sent once');
  }
}

/**
 * The key in the header `Idempotency-Key`; `undefined` when the request has none. `"k"` and a bare `k` are the same key.
 * Throws `MalformedIdempotencyKey`.
 */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [value, ...others] = [header].flat();
  const key = others.length ? undefined : keyIn(value ?? '');
  if (!key || key.length > MAX_LENGTH) throw new MalformedIdempotencyKey();
  return key;
}

function keyIn(value: string): string | undefined {
  if (BARE.test(value)) return value;
  return QUOTED.exec(value)?.[1]?.replace(/\\(["\\])/g, '$1');
}
