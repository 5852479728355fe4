import { setImmediate as tick } from 'node:timers/promises';
import { Isolation } from './isolation.js';

const SECOND = 1_000;

/** A piece of work that ends when it is told to. */
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

describe('turns', () => {
  it('let work run together', async () => {
    const log: string[] = [];
    const turns = new Isolation();
    const [a, b] = [work(log, 'a'), work(log, 'b')];
    const both = [turns.share(a.run), turns.share(b.run)];
    await tick();
    expect(log).toEqual(['a starts', 'b starts']);
    a.end();
    b.end();
    await Promise.all(both);
  });

  it('let one be alone when the others have ended; who comes later waits', async () => {
    const log: string[] = [];
    const turns = new Isolation();
    const [a, alone, later] = [work(log, 'a'), work(log, 'alone'), work(log, 'later')];
    const all = [turns.share(a.run), turns.isolate(alone.run, 10 * SECOND), turns.share(later.run)];
    await tick();
    expect(log).toEqual(['a starts']);
    for (const { end } of [later, alone, a]) end();
    await Promise.all(all);
    expect(log).toEqual(['a starts', 'a ends', 'alone starts', 'alone ends', 'later starts', 'later ends']);
  });

  it('let one after the other be alone, however long each takes', async () => {
    const log: string[] = [];
    const turns = new Isolation();
    const [first, second] = [work(log, 'first'), work(log, 'second')];
    const both = [turns.isolate(first.run, 1), turns.isolate(second.run, 1)];
    await new Promise((resolve) => setTimeout(resolve, 20)); // far longer than the second one's patience
    first.end();
    second.end();
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(log).toEqual(['first starts', 'first ends', 'second starts', 'second ends']);
  });

  it('go on without it when the others do not end, and do not keep those who came later', async () => {
    const log: string[] = [];
    const turns = new Isolation();
    const [stuck, alone, later] = [work(log, 'stuck'), work(log, 'alone'), work(log, 'later')];
    const hanging = turns.share(stuck.run);
    const lone = turns.isolate(alone.run, 1);
    const behind = turns.share(later.run);
    expect(await lone).toBe(false);
    later.end();
    await behind;
    expect(log).toEqual(['stuck starts', 'later starts', 'later ends']);
    stuck.end();
    await hanging;
  });

  it('go on after a failure', async () => {
    const turns = new Isolation();
    await expect(turns.isolate(() => Promise.reject(new Error('alone')), SECOND)).rejects.toThrow('alone');
    await expect(turns.share(() => Promise.reject(new Error('together')))).rejects.toThrow('together');
    expect(await turns.isolate(async () => {}, SECOND)).toBe(true);
  });
});
