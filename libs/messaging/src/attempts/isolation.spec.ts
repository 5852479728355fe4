import { setImmediate as tick } from 'node:timers/promises';
import { Isolation } from './isolation.js';

const SECOND = 1_000;

/** Work that ends when `end` is called. */
function work(log: string[], name: string) {
  const { promise, resolve: end } = Promise.withResolvers<void>();
  return {
    end,
    run: async () => {
      log.push(`${name} starts`);
      await promise;
      log.push(`${name} ends`);
    },
  };
}

describe('isolation', () => {
  it('runs shared work concurrently', async () => {
    const log: string[] = [];
    const isolation = new Isolation();
    const [a, b] = [work(log, 'a'), work(log, 'b')];
    const both = [isolation.share(a.run), isolation.share(b.run)];
    await tick();
    expect(log).toEqual(['a starts', 'b starts']);
    a.end();
    b.end();
    await Promise.all(both);
  });

  it('runs isolated work once the others have ended; later work waits', async () => {
    const log: string[] = [];
    const isolation = new Isolation();
    const [a, isolated, later] = [work(log, 'a'), work(log, 'isolated'), work(log, 'later')];
    const all = [isolation.share(a.run), isolation.isolate(isolated.run, 10 * SECOND), isolation.share(later.run)];
    await tick();
    expect(log).toEqual(['a starts']);
    for (const { end } of [later, isolated, a]) end();
    await Promise.all(all);
    expect(log).toEqual(['a starts', 'a ends', 'isolated starts', 'isolated ends', 'later starts', 'later ends']);
  });

  it('runs isolated work one after the other, however long each takes', async () => {
    const log: string[] = [];
    const isolation = new Isolation();
    const [first, second] = [work(log, 'first'), work(log, 'second')];
    const both = [isolation.isolate(first.run, 1), isolation.isolate(second.run, 1)];
    await new Promise((resolve) => setTimeout(resolve, 20)); // far longer than the second one's timeout
    first.end();
    second.end();
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(log).toEqual(['first starts', 'first ends', 'second starts', 'second ends']);
  });

  it('that goes on after its isolation is other work for what is isolated next', async () => {
    const log: string[] = [];
    const isolation = new Isolation();
    const [slow, next] = [work(log, 'slow'), work(log, 'next')];
    await isolation.isolate(async () => isolation.keepRunning(slow.run()), 1);
    expect(await isolation.isolate(next.run, 1)).toBe(false);
    slow.end();
    next.end();
    expect(await isolation.isolate(next.run, 10 * SECOND)).toBe(true);
    expect(log).toEqual(['slow starts', 'slow ends', 'next starts', 'next ends']);
  });

  it('skips isolated work when the others do not end, and does not hold up later work', async () => {
    const log: string[] = [];
    const isolation = new Isolation();
    const [stuck, isolated, later] = [work(log, 'stuck'), work(log, 'isolated'), work(log, 'later')];
    const hanging = isolation.share(stuck.run);
    const skipped = isolation.isolate(isolated.run, 1);
    const behind = isolation.share(later.run);
    expect(await skipped).toBe(false);
    later.end();
    await behind;
    expect(log).toEqual(['stuck starts', 'later starts', 'later ends']);
    stuck.end();
    await hanging;
  });

  it('continues after a failure', async () => {
    const isolation = new Isolation();
    await expect(isolation.isolate(() => Promise.reject(new Error('isolated')), SECOND)).rejects.toThrow('isolated');
    await expect(isolation.share(() => Promise.reject(new Error('shared')))).rejects.toThrow('shared');
    expect(await isolation.isolate(async () => {}, SECOND)).toBe(true);
  });
});
