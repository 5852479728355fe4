const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** The header is present but is not a valid key: HTTP 400. */
export class MalformedIdempotencyKey extends Error {
  override readonly name = 'MalformedIdempotencyKey';
  constructor() {
    super('Idempotency-Key must be 1 to 255 visible ASCII characters, and sent once');
  }
}

/** The key in the header `Idempotency-Key`; `undefined` when the request has none. Throws `MalformedIdempotencyKey`. */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [key, ...others] = [header].flat();
  if (key === undefined || others.length > 0 || !VISIBLE_ASCII.test(key)) throw new MalformedIdempotencyKey();
  return key;
}
