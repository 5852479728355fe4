/**
 * Why nothing was changed. `unknown`: there is no such dead letter or batch; `resolved`: it is no longer waiting or running;
 * `changed`: it has changed since the operator saw it; `too-often`: it needs `force`; `schema-mismatch`: the edited body does
 * not match its type; `no-destination`: it does not say where it should have gone.
 */
export type ReviewErrorReason = 'unknown' | 'resolved' | 'changed' | 'too-often' | 'schema-mismatch' | 'no-destination';

/** What is wrong with one field of a body. */
export interface BodyError {
  /** Path with dots, such as `items.0.quantity`; empty for the whole body. */
  field: string;
  message: string;
}

/** Nothing was changed; the message tells an operator why. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';

  constructor(
    readonly reason: ReviewErrorReason,
    message: string,
    /** Of a `schema-mismatch`. */
    readonly bodyErrors: readonly BodyError[] = [],
  ) {
    super(message);
  }
}
