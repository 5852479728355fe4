import { setTimeout as pause } from 'node:timers/promises';
import { isSame, type ProcessId } from './process-times.js';
import type { Output } from './progress.js';
import type { Settings } from './settings.js';
import { readState, removeState } from './state.js';

const STOP_WITHIN = 10_000;

/** Stops what a killed launcher has left running, so that ports and data are free for a new one. */
export async function cleanUpAfter({ home }: Settings, output: Output): Promise<void> {
  const state = readState(home);
  if (!state || isSame(state.supervisor)) return;
  const left = Object.entries(state.processes).filter(([, id]) => isSame(id));
  if (left.length)
    output.line(`  stopping what an earlier start has left running: ${left.map(([name]) => name).join(', ')}`);
  await Promise.all(left.map(([, id]) => end(id)));
  removeState(home);
}

async function end(id: ProcessId): Promise<void> {
  process.kill(id.pid, 'SIGTERM');
  const deadline = Date.now() + STOP_WITHIN;
  while (isSame(id) && Date.now() < deadline) await pause(50);
  if (isSame(id)) process.kill(id.pid, 'SIGKILL');
}
