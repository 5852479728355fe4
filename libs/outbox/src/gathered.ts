import type { Tx } from './tx.js';

/**
 * What is asked of one transaction in the same turn of the event loop goes to `doAll` in one call, so that works that share a
 * transaction send one statement instead of one each. Every caller gets what that call resolves with, or its failure.
 */
export function gathered<Item, Result>(
  doAll: (tx: Tx, items: readonly Item[]) => Promise<Result>,
): (tx: Tx, items: readonly Item[]) => Promise<Result> {
  const calls = new WeakMap<Tx, { items: Item[]; result: Promise<Result> }>();
  return (tx, items) => {
    const call = calls.get(tx);
    if (call) {
      call.items.push(...items);
      return call.result;
    }
    const all = [...items];
    const result = endOfTurn().then(() => {
      calls.delete(tx);
      return doAll(tx, all);
    });
    calls.set(tx, { items: all, result });
    return result;
  };
}

const endOfTurn = () => new Promise<void>((resolve) => process.nextTick(resolve));
