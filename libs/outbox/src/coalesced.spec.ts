import { coalesced } from './coalesced.js';
import type { Tx } from './tx.js';

const transaction = (): Tx => ({ query: async () => ({ rows: [], rowCount: 0 }) });

describe('coalesced calls', () => {
  const calls: (readonly number[])[] = [];
  const add = coalesced(async (_tx: Tx, items: readonly number[]) => {
    calls.push(items);
    if (items.includes(0)) throw new Error('0 is invalid');
    return items.length;
  });
  beforeEach(() => calls.splice(0));

  it('become one when they are concurrent in one transaction, in their order', async () => {
    const tx = transaction();
    const later = Promise.resolve().then(() => add(tx, [3, 4]));
    await expect(Promise.all([add(tx, [1]), add(tx, [2]), later])).resolves.toEqual([4, 4, 4]);
    expect(calls).toEqual([[1, 2, 3, 4]]);
  });

  it('are separate when one follows the other', async () => {
    const tx = transaction();
    await add(tx, [1]);
    await add(tx, [2]);
    expect(calls).toEqual([[1], [2]]);
  });

  it('are separate for separate transactions', async () => {
    await Promise.all([add(transaction(), [1]), add(transaction(), [2])]);
    expect(calls).toEqual([[1], [2]]);
  });

  it('fail for all of their callers, and for no later one', async () => {
    const tx = transaction();
    const outcomes = await Promise.allSettled([add(tx, [1]), add(tx, [0])]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(add(tx, [2])).resolves.toBe(1);
  });
});
