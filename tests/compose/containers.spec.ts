import { ordersProcess } from '@waybill/contracts';
import { usedServers } from '@waybill/system';
import { testSize } from '@waybill/testing';
import { applicationProcesses } from '../system/processes.js';
import { endpoints } from '../system/running-system.js';
import { systemUnderTest } from '../system-under-test.js';
import { compose, containerOf, killProcess, untilHealthy, up } from './compose.js';

const APPLICATION = ['nginx', ...applicationProcesses];
const BACKING = usedServers({}).map(({ name }) => name);

const MINUTES = 60_000;
/** While one becomes healthy again, another is killed. */
const KILLED_CONCURRENTLY = 3;

describe('under load', () => {
  it.each([
    ['the application containers', APPLICATION],
    ['the containers of backing services', BACKING],
  ])(
    'each of %s crashes and is restarted: nothing is lost',
    async (_, services) => {
      const workload = await systemUnderTest.startWorkload();
      const rest = services.values();
      const killInTurn = async () => {
        for (const service of rest) {
          process.stderr.write(`  ${service} is killed\n`);
          workload.add(20);
          if (testSize.containersAlsoByHand) await killByHand(service);
          await killProcess(service);
        }
      };
      await Promise.all(Array.from({ length: KILLED_CONCURRENTLY }, killInTurn));
      await workload.expectNothingLost();
    },
    15 * MINUTES,
  );
});

/** The restart policy ignores it, because a person did it. */
async function killByHand(service: string): Promise<void> {
  await compose('kill', service);
  await compose('start', service);
  await untilHealthy(service);
}

describe('the whole system', () => {
  // One copy of each again, whatever the previous test has left.
  beforeEach(() => up(), 5 * MINUTES);

  it(
    'runs three copies of order-api and two of order-processor behind the one port',
    async () => {
      await up('--scale', 'order-api=3', '--scale', 'order-processor=2');
      const workload = await systemUnderTest.startWorkload();
      workload.add(60);
      await workload.expectNothingLost();
      for (const action of ['pause', 'resume'])
        expect(await copiesThat(action, 'order-processor', ordersProcess.name)).toBe(2);
    },
    10 * MINUTES,
  );

  it.each([['taken down', 'down'], ...(testSize.containersAlsoByHand ? [['restarted', 'restart']] : [])])(
    'stops within 10 s and with exit code 0 under load, is %s and comes up again: nothing is lost',
    async (_, command) => {
      const workload = await systemUnderTest.startWorkload();
      workload.add(20);
      await workload.accepted();
      await compose('stop', ...APPLICATION);
      for (const service of APPLICATION) expect([service, (await containerOf(service)).exitCode]).toEqual([service, 0]);
      await compose(command!);
      await up();
      await workload.expectNothingLost();
    },
    10 * MINUTES,
  );
});

/** How many copies of a process the console tells to pause or resume a consumer. */
async function copiesThat(action: string, process: string, consumer: string): Promise<number> {
  const { deadLetters, operatorToken } = endpoints();
  const url = `${deadLetters}/processes/${process}/consumers/${consumer}/${action}`;
  const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${operatorToken}` } });
  const { items } = (await response.json()) as { items: { url: string }[] };
  return new Set(items.map((item) => item.url)).size;
}
