import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { dataOf, orderApi } from '../api/index.js';
import { type Batch, type BatchProgress, placeBatch } from './place-batch.js';
import type { Order } from './queries.js';

export interface RunningBatch extends BatchProgress {
  batch: Batch;
  isRunning: boolean;
}

/** Places batches, one at a time. Leaving the page stops it. */
export function useBatch() {
  const [running, setRunning] = useState<RunningBatch>();
  const stop = useRef(new AbortController());
  useEffect(() => () => stop.current.abort(), []);
  const begin = async (batch: Batch) => {
    stop.current = new AbortController();
    setRunning({ batch, isRunning: true, accepted: [], rejected: new Map() });
    const update = (changes: Partial<RunningBatch>) => setRunning((last) => last && { ...last, ...changes });
    await placeBatch(batch, stop.current.signal, update);
    update({ isRunning: false });
  };
  return { running, begin, stop: () => stop.current.abort() };
}

/** Between two looks, in ms, and as much more for each order: a page of a thousand is large. */
const INTERVAL = 1_500;
const INTERVAL_FOR_EACH = 5;
/** More than a batch has. */
const LIMIT = 1_000;

/** What has become of these orders of a customer; read again until all have their outcome. */
export function useOutcomes(customerId: string, orderIds: readonly string[]) {
  const wanted = new Set(orderIds);
  return useQuery({
    queryKey: ['outcomes', customerId, orderIds.length],
    queryFn: () => dataOf(orderApi.GET('/orders', { params: { query: { customerId, limit: LIMIT } } })),
    select: ({ items }) => items.filter(({ orderId }) => wanted.has(orderId)),
    enabled: orderIds.length > 0,
    placeholderData: (last) => last,
    refetchInterval: ({ state }) => {
      const own = state.data?.items.filter(({ orderId }) => wanted.has(orderId)) ?? [];
      return own.length === wanted.size && own.every(({ terminal }) => terminal)
        ? false
        : INTERVAL + wanted.size * INTERVAL_FOR_EACH;
    },
  });
}

/** Orders by what they are: the status, of failed ones with the reason. Largest first. */
export function countsOf(orders: readonly Order[]): [outcome: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { status, reason } of orders) {
    const outcome = reason ? `${status}: ${reason}` : status;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** From PENDING to the first outcome, in ms; of orders that have one, ascending. */
export function timesOf(orders: readonly Order[]): number[] {
  const times = orders.flatMap(({ createdAt, history }) => {
    const outcome = history.find(({ status }) => ['CONFIRMED', 'FAILED', 'CANCELLED'].includes(status));
    return outcome ? [Date.parse(outcome.at) - Date.parse(createdAt)] : [];
  });
  return times.sort((a, b) => a - b);
}

/** The value that this share of the sorted ones does not exceed. */
export const percentile = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
