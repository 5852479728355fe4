import { until } from '@waybill/testing';
import type { Pause } from './pause.js';
import { slow } from './slow.js';

/** A timer may fire this much early, in ms. */
const EARLY = 5;

it('a slow process runs for its share of each quarter of a second, and has no less rest on a busy machine', async () => {
  const rests: number[] = [];
  let since = 0;
  let hasEnded = false;
  const undo = slow(
    {
      stop() {
        since = performance.now();
        return 1;
      },
      resume: () => void rests.push(performance.now() - since),
      end() {
        hasEnded = true;
      },
    } as Pause,
    0.2,
  );
  await until('it has rested three times', () => rests.length >= 3);
  undo();
  expect(hasEnded).toBe(true);
  expect(Math.min(...rests)).toBeGreaterThan(0.8 * 250 - EARLY);
});
