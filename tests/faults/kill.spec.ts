import { ShopsDay } from '../shops-day.js';
import { kill, OURS, untilReady } from './servers.js';

const RARE_COPIES = 5;

describe('kill -9', () => {
  it('of each of our processes ten times while 500 orders come in changes nothing of their outcomes', async () => {
    const kills = Array.from({ length: 10 }, () => OURS).flat();
    const day = await ShopsDay.begin(RARE_COPIES);
    day.order(500 - 7 * kills.length);
    for (const [n, name] of kills.entries()) {
      day.order(7);
      await untilReady(name);
      await day.outcomeOf(7 * n); // so that the kills meet a system at work, each at another moment
      await kill(name);
    }
    await day.expectNothingWasLost();
  }, 1_200_000);
});
