import { setTimeout as pause } from 'node:timers/promises';
import { usedServers } from '@waybill/system';
import { systemUnderTest } from '../system-under-test.js';
import { applicationProcesses, kill } from './processes.js';

const WORK = 1_000;
const WORK_AT_A_TIME = 20;
const KILL_EVERY = 5_000;

it(`kill -9 of a process or server every ${KILL_EVERY / 1_000} s, until the last of ${WORK} pieces of work is finished, changes the result of none`, async () => {
  const workload = await systemUnderTest.startWorkload();
  const finished = new AbortController();
  const killing = killInTurn(
    [...applicationProcesses, ...usedServers(process.env).map(({ name }) => name)],
    finished.signal,
  );
  for (let n = 0; n < WORK; n += WORK_AT_A_TIME) {
    workload.add(WORK_AT_A_TIME);
    await workload.finished(n);
  }
  await workload.finished(WORK - 1);
  finished.abort();
  await killing;
  await workload.expectNothingLost();
}, 1_800_000);

async function killInTurn(names: readonly string[], signal: AbortSignal): Promise<void> {
  for (let n = 0; ; n++) {
    await pause(KILL_EVERY, undefined, { signal }).catch(() => {}); // the work is finished
    if (signal.aborted) return;
    await kill(names[n % names.length]!);
  }
}
