import { useSearchParams } from 'react-router';
import type { ListQuery } from './queries.js';

export const FILTERS = ['source', 'consumer', 'class', 'type', 'key', 'messageId', 'group'] as const;
export type FilterName = (typeof FILTERS)[number] | 'status';
export type Filter = Omit<ListQuery, 'limit' | 'cursor'>;

const ALL = 'all';

/** The list's filter, in the URL. Without a status it shows what is waiting. */
export function useFilterInUrl() {
  const [params, setParams] = useSearchParams();
  const status = params.get('status') ?? 'waiting';
  const given = FILTERS.flatMap((name) => (params.get(name) ? [[name, params.get(name)]] : []));
  const filter = { ...Object.fromEntries(given), ...(status !== ALL && { status }) } as Filter;

  function setFilter(changes: Partial<Record<FilterName, string | null>>): void {
    setParams((now) => {
      const next = new URLSearchParams(now);
      next.delete('cursor');
      for (const [name, value] of Object.entries(changes)) {
        if (value) next.set(name, value);
        else next.delete(name);
      }
      return next;
    });
  }
  return { filter, status, cursor: params.get('cursor') ?? undefined, isFiltered: given.length > 0, setFilter };
}

/** Where the list shows these. */
export const listOf = (filter: Partial<Record<FilterName, string>>): string =>
  `/dead-letters?${new URLSearchParams(filter)}`;
