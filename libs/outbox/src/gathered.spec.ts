import { gathered } from './gathered.js';
import type { Tx } from './tx.js';

const transaction = (): Tx => ({ query: async () => ({ rows: [], rowCount: 0 }) });

describe('What is asked of a transaction at the same time', () => {
  const calls: (readonly number[])[] = [];
  const add = gathered(async (_tx: Tx, items: readonly number[]) => {
    calls.push(items);
    if (items.includes(0)) throw new Error('0 is refused');
    return items.length;
  });
  beforeEach(() => calls.splice(0));

  it('is one call, in the order in which it was asked', async () => {
    const tx = transaction();
    const later = Promise.resolve().then(() => add(tx, [3, 4]));
    await expect(Promise.all([add(tx, [1]), add(tx, [2]), later])).resolves.toEqual([4, 4, 4]);
    expect(calls).toEqual([[1, 2, 3, 4]]);
  });

  it('is another call when the one before has begun', async () => {
    const tx = transaction();
    await add(tx, [1]);
    await add(tx, [2]);
    expect(calls).toEqual([[1], [2]]);
  });

  it('stays apart from other transactions', async () => {
    await Promise.all([add(transaction(), [1]), add(transaction(), [2])]);
    expect(calls).toEqual([[1], [2]]);
  });

  it('fails for everyone who asked, and for nobody after', async () => {
    const tx = transaction();
    const outcomes = await Promise.allSettled([add(tx, [1]), add(tx, [0])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(add(tx, [2])).resolves.toBe(1);
  });
});
