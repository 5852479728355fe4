import { OURS as PROCESSES } from '../faults/servers.js';
import { ShopsDay } from '../shops-day.js';
import { compose, containerOf, killProcess, untilWell, up } from './compose.js';

const OURS = ['gateway', ...PROCESSES];
const BACKING = ['postgres', 'rabbitmq', 'kafka', 'temporal', 'mail'];

const MINUTES = 60_000;
/** While one waits to be healthy again, another is killed. */
const KILLED_AT_ONCE = 2;

describe('in the middle of orders', () => {
  it.each([
    ['our containers', OURS],
    ['those that they need', BACKING],
  ])(
    'each of %s is killed and started by hand, then crashes and is restarted: nothing is lost',
    async (_, services) => {
      const day = await ShopsDay.begin(1);
      const toBeKilled = services.values();
      const killOneAfterTheOther = async () => {
        for (const service of toBeKilled) {
          process.stderr.write(`  ${service} is killed\n`);
          day.order(10);
          await compose('kill', service);
          await compose('start', service);
          await untilWell(service);
          day.order(10);
          await killProcess(service);
        }
      };
      await Promise.all(Array.from({ length: KILLED_AT_ONCE }, killOneAfterTheOther));
      await day.expectNothingWasLost();
    },
    15 * MINUTES,
  );
});

describe('the whole system', () => {
  // One copy of each again, whatever the test before has left.
  beforeEach(() => up(), 2 * MINUTES);

  it(
    'runs three copies of order-api and two of order-processor behind the one port',
    async () => {
      await up('--scale', 'order-api=3', '--scale', 'order-processor=2');
      const day = await ShopsDay.begin(5);
      day.order(60);
      await day.expectNothingWasLost();
    },
    5 * MINUTES,
  );

  it(
    'ends by itself when it is asked to, within 10 s and with 0',
    async () => {
      const day = await ShopsDay.begin(1);
      day.order(20);
      await compose('stop', ...OURS);
      for (const service of OURS) expect([service, (await containerOf(service)).exitCode]).toEqual([service, 0]);
      await up();
      await day.expectNothingWasLost();
    },
    5 * MINUTES,
  );

  it.each([
    ['restarted', 'restart'],
    ['taken down', 'down'],
  ])(
    'is %s in the middle of orders and comes up again: nothing is lost',
    async (_, command) => {
      const day = await ShopsDay.begin(1);
      day.order(20);
      await day.accepted();
      await compose(command);
      await up();
      await day.expectNothingWasLost();
    },
    5 * MINUTES,
  );
});
