import { until } from '@waybill/testing';
import { type Check, InvariantsWatch } from './invariants-watch.js';

const PAUSE = 100;

/** A check that takes so many ms, and remembers when it began and ended. */
class Checks {
  readonly began: number[] = [];
  readonly ended: number[] = [];
  most = 0;

  constructor(private readonly takes = 0) {}

  readonly check: Check = async () => {
    this.began.push(performance.now());
    this.most = Math.max(this.most, this.began.length - this.ended.length);
    const end = performance.now() + this.takes;
    await until('it has looked', () => performance.now() >= end);
    this.ended.push(performance.now());
    return { moving: [], results: [{ id: 'I1', promise: '', ok: true, counted: '', broken: 0, examples: [] }] };
  };

  /** Between the end of the first and the start of the second, in ms. */
  get rest(): number {
    return this.began[1]! - this.ended[0]!;
  }
}

/** Reads until `count` reports came, and leaves. */
async function follow(watch: InvariantsWatch, count: number): Promise<void> {
  const left = new AbortController();
  let reports = 0;
  for await (const _ of watch.follow(left.signal)) {
    if (++reports === count) left.abort();
  }
}

describe('watching', () => {
  it('costs one check at a time, however many watch', async () => {
    const checks = new Checks();
    const watch = new InvariantsWatch({ check: checks.check, pause: PAUSE });
    await Promise.all([follow(watch, 3), follow(watch, 3), follow(watch, 3), watch.report()]);
    expect(checks.most).toBe(1);
    expect(checks.began).toHaveLength(3);
  });

  it('rests between checks, the longer the longer a check takes', async () => {
    const [short, long] = [new Checks(), new Checks(50)];
    await Promise.all([short, long].map(({ check }) => follow(new InvariantsWatch({ check, pause: PAUSE }), 2)));
    expect(short.rest).toBeGreaterThanOrEqual(PAUSE - 5);
    expect(long.rest).toBeGreaterThanOrEqual(9 * 50 - 5);
  });

  it('checks nothing when nobody watches', async () => {
    const checks = new Checks();
    const left = new AbortController();
    const reports = new InvariantsWatch({ check: checks.check, pause: PAUSE }).follow(left.signal);
    await reports.next();
    const next = reports.next(); // begins to rest
    left.abort();
    expect((await next).done).toBe(true);
    const end = performance.now() + 5 * PAUSE;
    await until('some time has passed', () => performance.now() >= end);
    expect(checks.began).toHaveLength(1);
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
        return new Checks().check();
      },
      pause: PAUSE,
    });
    expect((await watch.report()).unavailable).toBe('the launcher does not respond');
    fails = false;
    await until('it is there again', async () => (await watch.report()).unavailable === null);
  });
});
