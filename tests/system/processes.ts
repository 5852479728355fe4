import { execFileSync } from 'node:child_process';
import { endpointKey, processes, processNamed } from '@waybill/system';
import { until } from '@waybill/testing';
import { endpoints, readEndpoints } from './running-system.js';

/** The processes of a running system, by their names in endpoints.json. */

export const applicationProcesses = processes.map(({ name }) => name);

/** kill -9. Resolves when it runs again, with another process id. */
export async function kill(name: string): Promise<void> {
  const pid = endpoints().processes[name]!;
  process.kill(pid, 'SIGKILL');
  await until(`${name} runs again`, () => ![pid, undefined].includes(endpoints().processes[name]));
}

/** kill -9, again whenever it is started, for so many milliseconds. Resolves when it runs again. */
export async function keepDown(name: string, ms: number): Promise<void> {
  const end = performance.now() + ms;
  let killed: number | undefined;
  await until(
    `${name} was down for ${ms} ms`,
    () => {
      const pid = endpoints().processes[name];
      if (pid && pid !== killed) {
        process.kill(pid, 'SIGKILL');
        killed = pid;
      }
      return performance.now() >= end;
    },
    { within: `${ms * 2}ms` },
  );
  await until(`${name} runs again`, () => ![killed, undefined].includes(endpoints().processes[name]));
}

/** All processes of PostgreSQL; a signal to its server alone reaches no connection. */
export function signalPostgres(signal: 'SIGSTOP' | 'SIGCONT'): void {
  const server = endpoints().processes.postgres!;
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pids = all.map((line) => line.trim().split(/\s+/).map(Number) as [number, number]);
  const children = pids.filter(([, parent]) => parent === server).map(([pid]) => pid);
  for (const pid of [server, ...children]) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // its connection has ended meanwhile
    }
  }
}

/** The address of a process. */
export const urlOf = (name: string): string =>
  readEndpoints<Record<string, string>>()[endpointKey(processNamed(name))]!;

/** Waits until it can do its work, so that a kill hits it at work and not while it starts. */
export function untilReady(name: string): Promise<unknown> {
  return until(`${name} is ready`, async () => (await fetch(`${urlOf(name)}/health/ready`)).ok);
}
