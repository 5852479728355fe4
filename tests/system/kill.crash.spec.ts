import { testSize } from '@waybill/testing';
import { systemUnderTest } from '../system-under-test.js';
import { applicationProcesses, kill, untilReady } from './processes.js';

const WORK_PER_KILL = 6;
const { killsPerProcess } = testSize;

describe('kill -9', () => {
  it(`of each process ${killsPerProcess} times under load changes the result of no work`, async () => {
    const kills = Array.from({ length: killsPerProcess }, () => applicationProcesses).flat();
    const workload = await systemUnderTest.startWorkload();
    // A multiple of twenty in the end.
    workload.add(20 + ((20 - ((WORK_PER_KILL * kills.length) % 20)) % 20));
    for (const [n, name] of kills.entries()) {
      workload.add(WORK_PER_KILL);
      await untilReady(name);
      await workload.finished(WORK_PER_KILL * n); // so that each kill meets a busy system, at another moment
      await kill(name);
    }
    await workload.expectNothingLost();
  }, 1_200_000);
});
