/** One measurement: a rate per second, or whatever is compared. */
export type Contender = () => Promise<number>;

/**
 * Runs the contenders alternately, so that changes on the machine affect all of them alike. The first round warms up and
 * is not counted. Prints every round and resolves with the median of each contender.
 */
export async function rounds<Name extends string>(
  count: number,
  contenders: Record<Name, Contender>,
): Promise<Record<Name, number>> {
  const entries = Object.entries(contenders) as [Name, Contender][];
  const figures = new Map<Name, number[]>(entries.map(([name]) => [name, []]));
  for (let round = 0; round <= count; round++) {
    for (const [name, run] of entries) {
      const figure = await run();
      if (round > 0) figures.get(name)!.push(figure);
    }
  }
  for (const [name, each] of figures) {
    console.log(`    ${name.padEnd(34)} ${rate(median(each)).padStart(9)}/s   rounds: ${each.map(rate).join(' ')}`);
  }
  return Object.fromEntries([...figures].map(([name, each]) => [name, median(each)])) as Record<Name, number>;
}

/** Of an even number of values, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [below, above] = [Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2)];
  return (sorted[below]! + sorted[above]!) / 2;
}

export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1]!;
}

/** Prints how it was measured, in one or two sentences, before the figures. */
export function method(name: string, text: string): void {
  console.log(`\n${name}\n  ${text}`);
}

/** Prints a figure, and whether it meets its goal. */
export function figure(what: string, value: string, goal?: { text: string; met: boolean }): void {
  const verdict = goal ? `goal ${goal.text}: ${goal.met ? 'met' : 'NOT MET'}` : '';
  console.log(`  ${what.padEnd(48)} ${value.padStart(9)}   ${verdict}`.trimEnd());
}

/** Runs the work and returns its rate per second. */
export async function ratePerSecond(count: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (count * 1_000) / (performance.now() - start);
}

const rate = (value: number) => value.toFixed(0);
