import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { consoleApi, dataOf, useEvents } from '../api/index.js';
import type { components } from '../api/types/console.js';

type Schemas = components['schemas'];
export type Overview = Schemas['Overview'];
export type Figures = Schemas['OverviewFigures'];
export type ProcessState = Schemas['OverviewProcess'];
export type SystemNode = Schemas['OverviewNode'];
export type SystemEdge = Schemas['OverviewEdge'];
export type SeriesTable = Schemas['OverviewSeries'];
export type Range = '15m' | '6h';

/** The system, every three seconds while the page is seen. */
export const useOverview = () => useEvents<Overview>('/overview/events', 'overview');

/** How often the charts are read again, in ms. */
const REFRESH: Record<Range, number> = { '15m': 6_000, '6h': 60_000 };

export function useSeries(range: Range) {
  return useQuery({
    queryKey: ['overview', 'series', range],
    queryFn: () => dataOf(consoleApi.GET('/overview/series', { params: { query: { range } } })),
    refetchInterval: REFRESH[range],
    placeholderData: keepPreviousData,
  });
}
