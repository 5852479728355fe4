import { endpointKey, processes, processNamed } from '@waybill/system';
import { until } from '@waybill/testing';
import { endpoints } from '../shop.js';

/** The processes of a running system, by their names in endpoints.json. */

export const OURS = processes.map(({ name }) => name);

/** kill -9, and back again with another pid. */
export async function kill(name: string): Promise<void> {
  const pid = endpoints().processes[name]!;
  process.kill(pid, 'SIGKILL');
  await until(`${name} runs again`, () => ![pid, undefined].includes(endpoints().processes[name]), { within: '60s' });
}

/** kill -9, and again whenever it is started, until so many milliseconds have passed. */
export async function keepDown(name: string, ms: number): Promise<void> {
  const end = performance.now() + ms;
  let killed: number | undefined;
  await until(
    `${name} was away for ${ms} ms`,
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

/** Waits until it can do its work, so that a kill hits it at work and not while it starts. */
export function untilReady(name: string): Promise<unknown> {
  const url = endpoints()[endpointKey(processNamed(name)) as 'orderApi'];
  return until(`${name} is ready`, async () => (await fetch(`${url}/health/ready`)).ok, { within: '60s' });
}
