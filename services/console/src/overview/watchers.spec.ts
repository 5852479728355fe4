import { until } from '@waybill/testing';
import { Watchers } from './watchers.js';

/** A task that counts how often it ran. */
function counting({ lookFor = 0 } = {}) {
  let runs = 0;
  let rests = 0;
  const errors: unknown[] = [];
  const watchers = new Watchers<number>(
    async () => {
      runs += 1;
      if (runs === 2) throw new Error('the second one fails');
      return runs;
    },
    { interval: 10, lookFor, onError: (error) => errors.push(error), onRest: () => (rests += 1) },
  );
  return { watchers, errors, runs: () => runs, rests: () => rests };
}

describe('a task for watchers', () => {
  it('runs again and again while somebody watches, also after a failure, and then rests', async () => {
    const { watchers, runs, rests, errors } = counting();
    const news: number[] = [];
    const leave = watchers.watch((one) => news.push(one));
    await until('three came', () => news.length >= 3);
    leave();
    await until('it rests', rests);
    expect([news.slice(0, 3), errors.length]).toEqual([[1, 3, 4], 1]);

    const before = runs();
    const again = watchers.watch(() => {});
    await until('it runs again', () => runs() > before);
    again();
  });

  it('runs for a while after a single look, and one look within it starts nothing', async () => {
    const { watchers, rests, runs } = counting({ lookFor: 100 });
    expect(await watchers.look()).toBe(1);
    await until('it rests', rests);
    expect(runs()).toBeGreaterThan(2);
  });

  it('gives concurrent looks the same news', async () => {
    const { watchers } = counting();
    expect(await Promise.all([watchers.look(), watchers.look()])).toEqual([1, 1]);
  });

  it('tells who comes later the latest news at once', async () => {
    const watchers = new Watchers(async () => 'news', { interval: 60_000, lookFor: 0, onError: () => {} });
    const heard: string[] = [];
    const leave = watchers.watch((one) => heard.push(one));
    await until('the first one hears', () => heard.length === 1);
    const leaveAgain = watchers.watch((one) => heard.push(one));
    expect(heard).toEqual(['news', 'news']);
    leave();
    leaveAgain();
    await watchers.stop();
  });

  it('stops for good', async () => {
    const { watchers, runs } = counting();
    watchers.watch(() => {});
    await until('it runs', () => runs() > 0);
    await watchers.stop();
    const before = runs();
    await watchers.watch(() => {});
    expect(runs()).toBe(before);
  });
});
