import { endCommands } from './run.js';

const cleanUps: (() => Promise<unknown>)[] = [];

/** When somebody interrupts, the commands that run are ended, everything that was asked for here is cleaned up, and the process ends with 1. */
export function cleanUpOnInterrupt(cleanUp: () => Promise<unknown>): void {
  cleanUps.push(cleanUp);
  if (cleanUps.length > 1) return;
  const interrupt = () => {
    endCommands();
    void Promise.allSettled(cleanUps.map((each) => each())).then(() => process.exit(1));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupt);
}
