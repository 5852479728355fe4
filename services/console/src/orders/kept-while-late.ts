import type { Sources, Told } from './trace.js';

interface Kept {
  answer: Promise<Told>;
  /** It came when nobody waited for it any more. */
  isLate: boolean;
}

/**
 * The same sources, but one that is being asked is not asked again, and what it answers later than `patience` ms is its next answer:
 * a slow source would never be heard otherwise. `onLate` is called when there is one.
 */
export function keptWhileLate(sources: Sources, patience: number, onLate: () => void): Sources {
  const kept = new Map<string, Kept>();
  const ask = (name: string, source: () => Promise<Told>): Promise<Told> => {
    const asked = performance.now();
    const one: Kept = { answer: source(), isLate: false };
    const settled = () => {
      one.isLate = performance.now() - asked >= patience;
      if (one.isLate) onLate();
      else kept.delete(name);
    };
    kept.set(name, one);
    one.answer.then(settled, settled);
    return one.answer;
  };
  const answerOf = (name: string, source: () => Promise<Told>): Promise<Told> => {
    const last = kept.get(name);
    if (last?.isLate) kept.delete(name);
    return last?.answer ?? ask(name, source);
  };
  return Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, () => answerOf(name, source)]));
}
