/**
 * Why nothing was done. `unknown`: there is no such dead letter or batch; `resolved`: it waits or runs no longer; `changed`:
 * it is not what the operator has seen; `too-often`: it has to be forced; `schema-mismatch`: the edited body does not match
 * its type.
 */
export type ReviewErrorReason = 'unknown' | 'resolved' | 'changed' | 'too-often' | 'schema-mismatch';

/** Nothing was done; the message tells an operator why. */
export class ReviewError extends Error {
  override readonly name = 'ReviewError';

  constructor(
    readonly reason: ReviewErrorReason,
    message: string,
  ) {
    super(message);
  }
}
