import { setTimeout as sleep } from 'node:timers/promises';
import { Pause } from './pause.js';
import { slow } from './slow.js';
import type { Target } from './target.js';

export const FAULT_KINDS = ['kill', 'pause', 'slow', 'stop', 'cut'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface FaultRequest {
  kind: FaultKind;
  /** Name of a process or server. */
  target: string;
  /** After which it is undone, where it lasts; null: only when someone undoes it. Default 30. */
  seconds?: number | null;
  /** Of a slow process: the share of the time that it runs. Default 0.2. */
  share?: number;
  /** Of a cut: the server from which it is cut off. */
  from?: string;
  /** Who asks for it. */
  by?: string;
}

/** A fault in effect. */
export interface Effect {
  /** What was done. */
  detail: string;
  /** Absent where nothing is left to undo. */
  undo?: () => void;
  /** Resolves when it is over without being undone; default at once where there is nothing to undo. */
  over?: Promise<void>;
}

const POLL_INTERVAL = 200;

/** Begins it. `signal` aborts what waits for its end. */
export const EFFECTS: Record<
  FaultKind,
  (target: Target, request: FaultRequest, signal: AbortSignal) => Effect | Promise<Effect>
> = {
  kill(target, _request, signal) {
    const pid = target.supervised.pid!;
    process.kill(pid, 'SIGKILL');
    return { detail: `killed process ${pid}; the launcher starts it again`, over: untilBack(target, pid, signal) };
  },
  pause(target, _request, signal) {
    const pid = target.supervised.pid!;
    const pause = new Pause(pid);
    const count = pause.stop();
    return { detail: `stopped ${processesOf(count)}`, undo: () => pause.end(), over: untilGone(target, pid, signal) };
  },
  slow(target, { share = 0.2 }, signal) {
    const pid = target.supervised.pid!;
    const undo = slow(new Pause(pid), share);
    return { detail: `runs ${Math.round(share * 100)} % of the time`, undo, over: untilGone(target, pid, signal) };
  },
  stop({ supervised }) {
    void supervised.hold();
    return { detail: 'stopped, and not started again', undo: () => supervised.release(), over: new Promise(() => {}) };
  },
  async cut({ cuts }, { from }) {
    const count = await cuts.get(from!)!().catch((error: Error) => {
      throw new Error(`${from} does not respond: ${error.message}`);
    });
    return { detail: `ended ${count} connection${count === 1 ? '' : 's'} to ${from}` };
  },
};

const processesOf = (count: number) => (count === 1 ? 'its process' : `its ${count} processes`);

/** Until it runs as another process and is ready. */
async function untilBack(target: Target, killed: number, signal: AbortSignal): Promise<void> {
  const { supervised } = target;
  await untilGone(target, killed, signal);
  while (!signal.aborted) {
    const isReady =
      supervised.pid !== undefined &&
      (await supervised.spec.ready().then(
        () => true,
        () => false,
      ));
    if (isReady) return;
    await sleep(POLL_INTERVAL, undefined, { ref: false });
  }
}

async function untilGone({ supervised }: Target, pid: number, signal: AbortSignal): Promise<void> {
  while (supervised.pid === pid && !signal.aborted) await sleep(POLL_INTERVAL, undefined, { ref: false });
}
