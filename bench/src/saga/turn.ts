import { ContenderSystem } from './contender-system.js';
import type { Contender } from './contenders.js';
import { type Figures, measure } from './measure.js';
import { cpuTable, type Result, resultOf, summary } from './report.js';
import { ROUNDS } from './sizes.js';

let running: ContenderSystem | undefined;

/** Starts the contender's system, measures it and stops it. After a failure its data and logs stay until the next turn. */
async function turn(contender: Contender, home: string): Promise<Figures> {
  const system = new ContenderSystem(contender, home);
  running = system;
  let figures: Figures;
  let stopWatching: (() => Promise<void>) | undefined;
  try {
    await system.start();
    stopWatching = await contender.during?.(system.endpoints);
    figures = await measure(system.endpoints);
  } finally {
    await stopWatching?.();
    await system.stop();
  }
  system.removeData();
  return figures;
}

/** Each contender's turns. Prints the figures of each turn, and the medians. */
export async function byTurns(contenders: readonly Contender[], home: string): Promise<Result[]> {
  const rounds = new Map<Contender, Figures[]>(contenders.map((each) => [each, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const contender of contenders) {
      console.log(`  round ${round} of ${ROUNDS}, ${contender.name} ...`);
      const figures = await turn(contender, home);
      rounds.get(contender)!.push(figures);
      console.log(`    ${summary(figures)}`);
    }
  }
  const results = contenders.map((contender) => resultOf(contender, rounds.get(contender)!));
  console.log('  medians, latencies of all rounds together');
  for (const result of results) console.log(`    ${result.contender.name.padEnd(14)}${summary(result)}`);
  console.log(`\n${cpuTable(results)}\n`);
  return results;
}

/** On a signal: stops the system whose turn it is, exits with 1. */
export function stopOnInterrupt(): void {
  const interrupt = () => void Promise.resolve(running?.stop()).finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
}
