import type { Pause } from './pause.js';

/** Milliseconds of one turn: short enough that no connection times out, long enough that signals cost nothing. */
const CYCLE = 250;

/** Lets what `pause` stops run for this share of the time, until the returned function is called. */
export function slow(pause: Pause, share: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  const rest = () => {
    pause.stop();
    timer = setTimeout(run, CYCLE * (1 - share));
  };
  const run = () => {
    pause.resume();
    timer = setTimeout(rest, CYCLE * share);
  };
  rest();
  return () => {
    clearTimeout(timer);
    pause.end();
  };
}
