const SLOW = 1_000;

/** Where progress is written. */
export interface Output {
  line(text: string): void;
}

export const stdout: Output = {
  line(text) {
    process.stdout.write(`${text}\n`);
  },
};

/** Reports a step that takes longer than a second: at its start, every ten seconds, and at its end. */
export async function step<T>(output: Output, what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const elapsed = () => `${Math.round((Date.now() - start) / 1_000)} s`;
  const soon = setTimeout(() => output.line(`  ${what} ...`), SLOW);
  const often = setInterval(() => output.line(`  ${what} ... ${elapsed()}`), 10 * SLOW);
  try {
    return await work();
  } finally {
    clearTimeout(soon);
    clearInterval(often);
    if (Date.now() - start > SLOW) output.line(`  ${what}: ${elapsed()}`);
  }
}
