import { cpus } from 'node:os';
import { processTable, treeOf } from '../process-table.js';

const MS_PER_SECOND = 1_000;

/** Starts to watch; its result is how many cores all other processes have taken since, on average. */
export function watchOtherLoad(): () => number {
  const start = performance.now();
  const [busy, own] = [secondsBusy(), secondsOfOurs()];
  return () => {
    const seconds = (performance.now() - start) / MS_PER_SECOND;
    return Math.max(0, (secondsBusy() - busy - (secondsOfOurs() - own)) / seconds);
  };
}

/** CPU of the machine since it started. */
function secondsBusy(): number {
  return cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0) / MS_PER_SECOND;
}

/** Of the launcher, its servers, this process and its servers. */
function secondsOfOurs(): number {
  return treeOf('the launcher', process.ppid, processTable()).reduce((sum, { cpu }) => sum + cpu, 0);
}
