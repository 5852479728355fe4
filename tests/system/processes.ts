import { endpointKey, processes, processNamed } from '@waybill/system';
import { until } from '@waybill/testing';
import { endpoints, readEndpoints } from './running-system.js';

/** The processes of a running system, by their names in endpoints.json. */

export const applicationProcesses = processes.map(({ name }) => name);

/** kill -9. Resolves when it runs again, with another process id. */
export async function kill(name: string): Promise<void> {
  const pid = endpoints().processes[name]!;
  process.kill(pid, 'SIGKILL');
  await until(`${name} runs again`, () => ![pid, undefined].includes(endpoints().processes[name]), { within: '60s' });
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
  await until(`${name} runs again`, () => ![killed, undefined].includes(endpoints().processes[name]), {
    within: '60s',
  });
}

/** The address of a process. */
export const urlOf = (name: string): string =>
  readEndpoints<Record<string, string>>()[endpointKey(processNamed(name))]!;

/** Waits until it can do its work, so that a kill hits it at work and not while it starts. */
export function untilReady(name: string): Promise<unknown> {
  return until(`${name} is ready`, async () => (await fetch(`${urlOf(name)}/health/ready`)).ok, { within: '60s' });
}
