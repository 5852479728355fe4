import { setTimeout as pause } from 'node:timers/promises';
import { cleanUpAfter } from './orphans.js';
import { isSame } from './process-times.js';
import { stdout, step } from './progress.js';
import type { Settings } from './settings.js';
import { readState } from './state.js';

const STOP_WITHIN = 60_000;

/** `npm stop`: stops the running system, or what is left of one, and keeps its data. */
export async function stop(settings: Settings): Promise<number> {
  const supervisor = readState(settings.home)?.supervisor;
  if (!supervisor) {
    stdout.line('Waybill is not running.');
    return 0;
  }
  if (isSame(supervisor)) {
    process.kill(supervisor.pid, 'SIGTERM');
    const ended = await step(stdout, 'stopping', async () => {
      const deadline = Date.now() + STOP_WITHIN;
      while (isSame(supervisor) && Date.now() < deadline) await pause(50);
      return !isSame(supervisor);
    });
    if (!ended) {
      stdout.line(`the launcher (pid ${supervisor.pid}) does not stop; see its log`);
      return 1;
    }
  }
  await cleanUpAfter(settings, stdout);
  stdout.line('Waybill is stopped.');
  return 0;
}
