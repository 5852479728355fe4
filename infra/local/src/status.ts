import { processes as services } from '@waybill/system';
import { isSame } from './process-times.js';
import { stdout } from './progress.js';
import { answers } from './ready.js';
import { urlOf } from './services.js';
import type { Settings } from './settings.js';
import { readState } from './state.js';

interface ProcessStatus {
  name: string;
  pid?: number;
  state: string;
}

/** `npm run status [-- --json]`: 0 when everything runs and is ready. */
export async function status(settings: Settings, asJson: boolean): Promise<number> {
  const state = readState(settings.home);
  if (!state || !isSame(state.supervisor)) {
    stdout.line(asJson ? JSON.stringify({ status: 'stopped', processes: [] }) : 'Waybill is not running: npm start');
    return 1;
  }
  const names = new Set([...Object.keys(state.processes), ...services.map(({ name }) => name)]);
  const processes = await Promise.all([...names].map((name) => statusOf(name, settings, state.processes[name]?.pid)));
  if (asJson) stdout.line(JSON.stringify({ status: state.status, processes }, null, 2));
  else {
    stdout.line(`Waybill is ${state.status} (launcher: pid ${state.supervisor.pid})`);
    for (const { name, pid, state } of processes)
      stdout.line(`  ${name.padEnd(18)} ${String(pid ?? '-').padStart(8)}  ${state}`);
  }
  return state.status === 'running' && processes.every(({ state }) => state === 'ready' || state === 'running') ? 0 : 1;
}

async function statusOf(name: string, settings: Settings, pid: number | undefined): Promise<ProcessStatus> {
  if (!pid) return { name, state: 'down' };
  const service = services.find((one) => one.name === name);
  if (!service) return { name, pid, state: 'running' };
  const state = await answers(`${urlOf(service, settings)}/health/ready`).then(
    () => 'ready',
    (error: Error) => `not ready: ${error.message}`,
  );
  return { name, pid, state };
}
