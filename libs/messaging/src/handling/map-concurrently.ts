/** Runs `work` on every piece, at most `limit` at a time. Rejects with the first failure, once the others in flight have ended. */
export async function mapConcurrently<T>(
  limit: number,
  pieces: readonly T[],
  work: (piece: T) => Promise<void>,
): Promise<void> {
  const left = pieces.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const piece of left) {
      if (failures.length) return;
      await work(piece).catch((error) => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  if (failures.length) throw failures[0];
}
