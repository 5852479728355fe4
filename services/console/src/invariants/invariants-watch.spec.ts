import { until } from '@waybill/testing';
import { type Check, InvariantsWatch } from './invariants-watch.js';

const PAUSE = 100;
let running = 0;
let most = 0;
let checks = 0;
let took = 0;
const check: Check = async () => {
  checks++;
  most = Math.max(most, ++running);
  const end = performance.now() + took;
  await until('it has looked', () => performance.now() >= end);
  running--;
  return { moving: [], results: [{ id: 'I1', promise: '', ok: true, counted: '', broken: 0, examples: [] }] };
};
beforeEach(() => {
  [running, most, checks, took] = [0, 0, 0, 0];
});

/** Reads until `count` reports came; resolves with when each came, in ms. */
async function follow(watch: InvariantsWatch, count: number): Promise<number[]> {
  const left = new AbortController();
  const times: number[] = [];
  for await (const _ of watch.follow(left.signal)) {
    times.push(performance.now());
    if (times.length === count) left.abort();
  }
  return times;
}

describe('watching', () => {
  it('costs one check at a time, however many watch', async () => {
    const watch = new InvariantsWatch({ check, pause: PAUSE });
    await Promise.all([follow(watch, 3), follow(watch, 3), follow(watch, 3), watch.report()]);
    expect({ most, checks }).toEqual({ most: 1, checks: 3 });
  });

  it('rests between checks, the longer the longer a check takes', async () => {
    const short = await follow(new InvariantsWatch({ check, pause: PAUSE }), 2);
    expect(short[1]! - short[0]!).toBeGreaterThanOrEqual(PAUSE - 5);
    took = 50;
    const long = await follow(new InvariantsWatch({ check, pause: PAUSE }), 2);
    expect(long[1]! - long[0]!).toBeGreaterThanOrEqual(9 * 50);
  });

  it('checks nothing when nobody watches', async () => {
    const watch = new InvariantsWatch({ check, pause: PAUSE });
    await follow(watch, 1);
    const before = checks;
    const end = performance.now() + 5 * PAUSE;
    await until('some time has passed', () => performance.now() >= end);
    // The one that had begun when the last watcher left.
    expect(checks - before).toBeLessThanOrEqual(1);
  });

  it('ends at once when the watcher leaves, even if a check takes long', async () => {
    const left = new AbortController();
    const watch = new InvariantsWatch({ check: () => new Promise(() => {}), pause: PAUSE });
    const reports = watch.follow(left.signal);
    const next = reports.next();
    left.abort();
    expect((await next).done).toBe(true);
  });

  it('goes on after a check that failed, and says why it did', async () => {
    let fails = true;
    const watch = new InvariantsWatch({
      check: async () => {
        if (fails) throw new Error('the launcher does not respond');
        return check();
      },
      pause: PAUSE,
    });
    expect((await watch.report()).unavailable).toBe('the launcher does not respond');
    fails = false;
    await until('it is there again', async () => (await watch.report()).unavailable === null);
  });
});
