import { until } from '@waybill/testing';
import { endpoints } from '../shop.js';
import { ShopsDay } from '../shops-day.js';

const OURS = [
  'order-api',
  'order-processor',
  'inventory',
  'payment',
  'email',
  'analytics',
  'console',
  'payment-provider',
];
const BACKING = ['postgres', 'rabbitmq', 'kafka', 'temporal', 'mail'];

const RARE_COPIES = 5;
const ORDERS_A_KILL = 6;

/** kill -9, and back again with another pid. */
async function kill(name: string): Promise<void> {
  const pid = endpoints().processes[name]!;
  process.kill(pid, 'SIGKILL');
  await until(`${name} runs again`, () => ![pid, undefined].includes(endpoints().processes[name]), { within: '60s' });
}

/** Waits until it can do its work, so that a kill hits it at work and not while it starts. */
function untilReady(name: string): Promise<unknown> {
  const camelCase = name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
  const url = endpoints()[(name === 'console' ? 'deadLetters' : camelCase) as 'orderApi'];
  return until(`${name} is ready`, async () => (await fetch(`${url}/health/ready`)).ok, { within: '60s' });
}

describe('kill -9', () => {
  it.each([...OURS, ...BACKING])(
    'of %s in the middle of 200 orders changes nothing of their outcomes',
    async (name) => {
      const day = await ShopsDay.begin(RARE_COPIES);
      day.order(200);
      await kill(name);
      await day.expectNothingWasLost();
    },
    400_000,
  );

  it('of each of our processes ten times while 500 orders come in changes nothing of their outcomes', async () => {
    const kills = Array.from({ length: 10 }, () => OURS).flat();
    const day = await ShopsDay.begin(RARE_COPIES);
    day.order(500 - ORDERS_A_KILL * kills.length);
    for (const [n, name] of kills.entries()) {
      day.order(ORDERS_A_KILL);
      await untilReady(name);
      await day.outcomeOf(ORDERS_A_KILL * n); // so that the kills meet a system at work, each at another moment
      await kill(name);
    }
    await day.expectNothingWasLost();
  }, 1_200_000);
});
