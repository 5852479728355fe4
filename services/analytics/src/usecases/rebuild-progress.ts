import type { Offsets } from '@waybill/messaging';

interface Bounds {
  /** The first event that is still there. */
  first: Offsets;
  /** What the next event gets. */
  next: Offsets;
}

export interface RebuildProgress {
  read: number;
  total: number;
  /** Since this process began. */
  perSecond: number;
}

/** Events that have been read, of those that are in the topics. */
export function progressOf({ first, next }: Bounds, read: Offsets): Omit<RebuildProgress, 'perSecond'> {
  const sum = { read: 0, total: 0 };
  for (const [place, low] of first) {
    sum.total += next.get(place)! - low;
    sum.read += Math.max((read.get(place) ?? low) - low, 0);
  }
  return sum;
}

export const isBehind = ({ first, next }: Bounds, read: Offsets): boolean =>
  [...next].some(([place, end]) => (read.get(place) ?? first.get(place)!) < end);

/** Events before the first ones: removed by the topic's retention. */
export const lostEvents = (first: Offsets): number => [...first.values()].reduce((sum, offset) => sum + offset, 0);

export function formatProgress({ read, total, perSecond }: RebuildProgress): string {
  const percent = total ? Math.floor((100 * read) / total) : 100;
  const line = `${read} of ${total} events (${percent} %), ${Math.round(perSecond)}/s`;
  const left = total - read;
  return left && perSecond >= 1 ? `${line}, ${formatSeconds(left / perSecond)} left` : line;
}

const formatSeconds = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
