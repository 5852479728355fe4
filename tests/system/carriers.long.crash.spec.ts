import { systemUnderTest } from '../system-under-test.js';
import { applicationProcesses, kill, untilReady } from './processes.js';
import { endpoints } from './running-system.js';

const PIECES = 300;
const ROUNDS = 2;

describe('kill -9 of every process and of what carries events and tasks', () => {
  it(`in turn, ${ROUNDS} times under load, changes the result of none of ${PIECES} pieces of work`, async () => {
    const { events, tasks } = endpoints();
    const victims = Array.from({ length: ROUNDS }, () => [...applicationProcesses, ...new Set([events, tasks])]).flat();
    const workload = await systemUnderTest.startWorkload();
    const atATime = Math.floor(PIECES / victims.length);
    workload.add(PIECES - atATime * victims.length);
    for (const [n, name] of victims.entries()) {
      workload.add(atATime);
      await workload.finished(atATime * n); // so that each kill meets a busy system, at another moment
      if (applicationProcesses.includes(name)) await untilReady(name);
      await kill(name);
    }
    await workload.expectNothingLost();
  }, 1_200_000);
});
