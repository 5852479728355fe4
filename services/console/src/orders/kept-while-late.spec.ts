import { until } from '@waybill/testing';
import { keptWhileLate } from './kept-while-late.js';
import type { Told } from './trace.js';

const PATIENCE = 50;

/** A source whose answers a test gives. */
class Slow {
  readonly asked: PromiseWithResolvers<Told>[] = [];

  readonly answer = (): Promise<Told> => {
    const one = Promise.withResolvers<Told>();
    this.asked.push(one);
    return one.promise;
  };
}

describe('a source that is late', () => {
  it('is asked once while it is being asked, and its late answer is the next one', async () => {
    const source = new Slow();
    let late = 0;
    const start = performance.now();
    const { slow } = keptWhileLate({ slow: source.answer }, PATIENCE, () => late++);
    void slow!();
    void slow!();
    expect(source.asked).toHaveLength(1);

    await until('it is late', () => performance.now() - start > PATIENCE);
    source.asked[0]!.resolve({ status: 'PAID' });
    await until('it is said', () => late === 1);
    expect(await slow!()).toEqual({ status: 'PAID' });
    expect(source.asked).toHaveLength(1);
    void slow!();
    expect(source.asked).toHaveLength(2);
  });

  it('is told of with its error, once', async () => {
    const source = new Slow();
    let late = 0;
    const start = performance.now();
    const { slow } = keptWhileLate({ slow: source.answer }, PATIENCE, () => late++);
    const first = slow!();
    await until('it is late', () => performance.now() - start > PATIENCE);
    source.asked[0]!.reject(new Error('away'));
    await expect(first).rejects.toThrow('away');
    await until('it is said', () => late === 1);
    await expect(slow!()).rejects.toThrow('away');
    void slow!();
    expect(source.asked).toHaveLength(2);
  });
});

it('a source that answers in time is asked each time', async () => {
  let asked = 0;
  const { quick } = keptWhileLate({ quick: async () => ({ now: [String(++asked)] }) }, PATIENCE, () => {});
  expect([await quick!(), await quick!()]).toEqual([{ now: ['1'] }, { now: ['2'] }]);
});
