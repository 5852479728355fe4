/** Does all of the work, so many pieces at a time. Rejects with the first failure, after the others in hand have ended. */
export async function atMost<T>(limit: number, pieces: readonly T[], work: (piece: T) => Promise<void>): Promise<void> {
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
