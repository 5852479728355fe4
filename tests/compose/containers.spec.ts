import { processes, servers } from '@waybill/system';
import { ShopsDay } from '../shops-day.js';
import { compose, containerOf, killProcess, untilHealthy, up } from './compose.js';

const SERVICES = ['nginx', ...processes.map(({ name }) => name)];
const SERVERS = servers.map(({ name }) => name);

const MINUTES = 60_000;
/** While one waits to be healthy again, another is killed. */
const CONCURRENT_KILLS = 2;

describe('under load', () => {
  it.each([
    ['application services', SERVICES],
    ['servers', SERVERS],
  ])(
    'each of the %s is killed and started by hand, then crashes and is restarted: nothing is lost',
    async (_, services) => {
      const day = await ShopsDay.begin(1);
      const toBeKilled = services.values();
      const killOneAfterAnother = async () => {
        for (const service of toBeKilled) {
          process.stderr.write(`  ${service} is killed\n`);
          day.order(10);
          await compose('kill', service);
          await compose('start', service);
          await untilHealthy(service);
          day.order(10);
          await killProcess(service);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENT_KILLS }, killOneAfterAnother));
      await day.expectNothingWasLost();
    },
    15 * MINUTES,
  );
});

describe('the whole system', () => {
  // One copy of each again, whatever state the test before has left.
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
    'stops by itself within 10 s, with exit code 0',
    async () => {
      const day = await ShopsDay.begin(1);
      day.order(20);
      await compose('stop', ...SERVICES);
      for (const service of SERVICES) expect([service, (await containerOf(service)).exitCode]).toEqual([service, 0]);
      await up();
      await day.expectNothingWasLost();
    },
    5 * MINUTES,
  );

  it.each([
    ['restarted', 'restart'],
    ['taken down', 'down'],
  ])(
    'is %s under load and starts again: nothing is lost',
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
