/**
 * Resolves like `Promise.all`, and rejects with the first failure in the list, but only when every promise has settled: none
 * of them uses the transaction any more when the caller rolls it back.
 */
export async function allSettledOrThrow<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(promises);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
