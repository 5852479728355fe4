import type { Tx } from './tx.js';

/**
 * Coalesces calls: those for the same transaction in the same turn of the event loop become one call of `doAll`, so that
 * concurrent callers send one statement instead of one each. Every caller gets that call's result, or its failure.
 */
export function coalesced<Item, Result>(
  doAll: (tx: Tx, items: readonly Item[]) => Promise<Result>,
): (tx: Tx, items: readonly Item[]) => Promise<Result> {
  const pending = new WeakMap<Tx, { items: Item[]; result: Promise<Result> }>();
  return (tx, items) => {
    const call = pending.get(tx);
    if (call) {
      call.items.push(...items);
      return call.result;
    }
    const all = [...items];
    const result = endOfTurn().then(() => {
      pending.delete(tx);
      return doAll(tx, all);
    });
    pending.set(tx, { items: all, result });
    return result;
  };
}

const endOfTurn = () => new Promise<void>((resolve) => process.nextTick(resolve));
