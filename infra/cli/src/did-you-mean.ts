/** The candidate that was probably meant: at most two edits away, and no more than half its length; else undefined. */
export function didYouMean(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, distance: levenshtein(word, candidate) }))
    .filter(({ candidate, distance }) => distance <= 2 && distance <= candidate.length / 2)
    .toSorted((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** Characters to add, drop or replace. */
function levenshtein(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (const [i, character] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(Math.min(row[j + 1]! + 1, next[j]! + 1, row[j]! + (character === other ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length]!;
}
