/** Why a `fetch` failed: it says 'fetch failed' and hides the reason in `cause`, for a name of several addresses in a list there. */
export function reasonOf(error: unknown): string {
  const { name, message, cause } = error as Error;
  if (name === 'TimeoutError') return 'no response in time';
  const inner = cause instanceof AggregateError ? cause.errors[0] : cause;
  return (inner as Error | undefined)?.message || message;
}
