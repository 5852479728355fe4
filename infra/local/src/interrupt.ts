import { endCommands } from './run.js';

const cleanUps: (() => Promise<unknown>)[] = [];

/** On a signal: ends the running commands, runs every registered clean-up, exits with 1. */
export function cleanUpOnInterrupt(cleanUp: () => Promise<unknown>): void {
  cleanUps.push(cleanUp);
  if (cleanUps.length > 1) return;
  const interrupt = () => {
    endCommands();
    void Promise.allSettled(cleanUps.map((each) => each())).then(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
}
