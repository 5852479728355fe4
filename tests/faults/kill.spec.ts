import { ShopsDay } from '../shops-day.js';
import { kill, OURS, untilReady } from './servers.js';

const RARE_COPIES = 5;
const ORDERS_A_KILL = 6;

describe('kill -9', () => {
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
