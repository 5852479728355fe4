import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { consoleApi, dataOf } from '../api/index.js';
import type { components } from '../api/types/console.js';

export type Topic = components['schemas']['Topic'];
export type Queue = components['schemas']['Queue'];
export type Outbox = components['schemas']['Outbox'];
export type SourceConsumer = components['schemas']['SourceConsumer'];
export type ConsumerProcess = SourceConsumer['processes'][number];
export type TopicMessage = components['schemas']['TopicMessage'];

/** How often figures are asked for while the page is seen, in ms: the console measures no more often. */
const REFRESH = 5_000;
/** While it is not known how fast anything flows, which takes two measurements. */
const FIRST_REFRESH = 2_500;
/** The console asks processes for their state no more often, in ms. */
const OBSERVED_EVERY = 2_000;
const PAGE_SIZE = 20;

type Measured = { items: { publishedPerSecond: number | null }[] };

const refreshOf = (data: Measured | undefined): number =>
  data?.items.some(({ publishedPerSecond }) => publishedPerSecond !== null) ? REFRESH : FIRST_REFRESH;

export const useTopics = () =>
  useQuery({
    queryKey: ['messaging', 'topics'],
    queryFn: () => dataOf(consoleApi.GET('/topics')),
    refetchInterval: ({ state }) => refreshOf(state.data),
  });

export const useQueues = () =>
  useQuery({
    queryKey: ['messaging', 'queues'],
    queryFn: () => dataOf(consoleApi.GET('/queues')),
    refetchInterval: ({ state }) => refreshOf(state.data),
  });

export const useOutboxes = () =>
  useQuery({
    queryKey: ['messaging', 'outboxes'],
    queryFn: () => dataOf(consoleApi.GET('/outboxes')),
    refetchInterval: REFRESH,
  });

export interface MessagesShown {
  topic: string;
  /** Of one key only. */
  key: string | undefined;
  reveal: boolean;
}

/** Pages of a topic's messages, the latest first. They stay as they are until somebody asks for the latest again. */
export const useTopicMessages = ({ topic, key, reveal }: MessagesShown) =>
  useInfiniteQuery({
    queryKey: ['messaging', 'messages', topic, key, reveal],
    queryFn: ({ pageParam }) =>
      dataOf(
        consoleApi.GET('/topics/{name}/messages', {
          params: {
            path: { name: topic },
            query: {
              limit: PAGE_SIZE,
              ...(pageParam && { cursor: pageParam }),
              ...(key && { key }),
              ...(reveal && { reveal: 'true' as const }),
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor ?? undefined,
    refetchOnWindowFocus: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0, // what was revealed is not kept
  });

export interface ConsumerChange {
  action: 'pause' | 'resume';
  /** The queue or topic. */
  source: string;
  processes: readonly string[];
}

/** Pauses or resumes a consumer in all of its processes. */
export function useChangeConsumer() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ action, source: name, processes }: ConsumerChange) =>
      Promise.all(
        processes.map((process) =>
          consoleApi.POST(`/processes/{process}/consumers/{name}/${action}`, { params: { path: { process, name } } }),
        ),
      ),
    // Until then it is pending, so that nobody sees the state of before and presses again.
    async onSettled() {
      await new Promise((resolve) => setTimeout(resolve, OBSERVED_EVERY));
      await client.invalidateQueries({ queryKey: ['messaging'], predicate: isFigure });
    },
  });
}

const isFigure = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey[1] !== 'messages';
