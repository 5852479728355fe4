import { setTimeout as pause } from 'node:timers/promises';
import type { TopicOffsets } from '@waybill/messaging';
import { faultOf, sqlStateOf } from '@waybill/outbox';
import type { ProjectionRebuild } from '../persistence/projection-rebuild.js';
import type { SummaryTotals } from '../persistence/summary-totals.repository.js';
import type { EventHistory } from './event-history.js';
import { isBehind, lostEvents, progressOf, type RebuildProgress } from './rebuild-progress.js';

export type { RebuildProgress };

/** Milliseconds between two looks at how far it is. */
const INTERVAL = 1_000;
/** With fewer unread events, the rest is read while the service waits. */
const NEARLY_DONE = 500;
/** How long, in ms, the service waits for that at most; then it continues, and it is tried again. */
const SWAP_LIMIT = 3_000;
/** Milliseconds between two looks at the offsets while the service waits. */
const SWAP_POLL = 20;

export interface RebuildDeps {
  rebuild: ProjectionRebuild;
  history: EventHistory;
  offsets: TopicOffsets;
  /** Of the tables that are rebuilt. */
  totals: SummaryTotals;
  report(progress: RebuildProgress): void;
  warn(text: string): void;
}

/** The history is no longer complete. */
export class LostHistory extends Error {}

/** Reads all events into new tables and swaps them in. Resolves early, with false, when `stopping` aborts. */
export async function rebuildProjection(
  deps: RebuildDeps,
  { acceptLoss, stopping }: { acceptLoss: boolean; stopping: AbortSignal },
): Promise<boolean> {
  const { history, offsets, totals } = deps;
  const lost = lostEvents((await offsets.bounds()).first);
  if (lost > 0 && !acceptLoss)
    throw new LostHistory(`${lost} events are no longer in their topics: a rebuilt projection would not know them`);

  const done = new AbortController();
  const signal = AbortSignal.any([stopping, done.signal]);
  const reading = Promise.all([history.read(signal), addUp(totals, signal, deps)]);
  try {
    return await swapWhenRead(deps, stopping);
  } finally {
    done.abort();
    await reading;
  }
}

async function swapWhenRead(deps: RebuildDeps, stopping: AbortSignal): Promise<boolean> {
  const { rebuild, history, offsets, report, warn } = deps;
  const look = stopwatch(offsets);
  while (!stopping.aborted) {
    const progress = await look();
    report(progress);
    if (history.isReading && progress.total - progress.read <= NEARLY_DONE) {
      try {
        const unreadable = await rebuild.swap(() => untilAllIsRead(offsets));
        report(await look());
        for (const { place, orderId, reason } of unreadable)
          warn(`skipped the event at ${place}${orderId ? `, order ${orderId} stays as it was` : ''}: ${reason}`);
        return true;
      } catch (error) {
        if (!isTemporary(error)) throw error;
        warn(`could not swap yet, trying again: ${(error as Error).message}`);
      }
    }
    await pause(INTERVAL, undefined, { signal: stopping }).catch(() => {}); // it stops
  }
  return false;
}

function stopwatch(offsets: TopicOffsets): () => Promise<RebuildProgress> {
  const since = performance.now();
  let before: number | undefined;
  return async () => {
    const { read, total } = progressOf(await offsets.bounds(), await offsets.read());
    before ??= read;
    return { read, total, perSecond: ((read - before) * 1_000) / (performance.now() - since) };
  };
}

class NotRead extends Error {}

/** SQLSTATE of a lock that was not granted within `lock_timeout`. */
const LOCK_NOT_AVAILABLE = '55P03';

const isTemporary = (error: unknown): boolean =>
  error instanceof NotRead ||
  sqlStateOf(error) === LOCK_NOT_AVAILABLE ||
  ['unavailable', 'conflict'].includes(faultOf(error) ?? '');

/** All that is in the topics when it is called. */
async function untilAllIsRead(offsets: TopicOffsets): Promise<void> {
  const { first, next } = await offsets.bounds();
  const deadline = performance.now() + SWAP_LIMIT;
  while (isBehind({ first, next }, await offsets.read())) {
    if (performance.now() > deadline) throw new NotRead(`the last events were not read within ${SWAP_LIMIT} ms`);
    await pause(SWAP_POLL);
  }
}

async function addUp(totals: SummaryTotals, stopping: AbortSignal, { warn }: RebuildDeps): Promise<void> {
  while (!stopping.aborted) {
    const hasMore = await totals.addChanges().catch((error: Error) => {
      warn(`could not add up the totals yet: ${error.message}`);
      return false;
    });
    if (!hasMore) await pause(INTERVAL, undefined, { signal: stopping }).catch(() => {}); // it stops
  }
}
