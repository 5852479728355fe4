import { Loader } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { ProblemAlert } from '../shell/index.js';
import { NoDataSince } from './no-data-since.js';
import { Paging } from './paging.js';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

interface ListDataProps<Item> {
  query: UseQueryResult<Page<Item>>;
  /** In place of an empty list: why it is empty, and what to do. */
  empty: ReactNode;
  children: (items: Item[]) => ReactNode;
}

/** A page of a list while it loads, when it failed, is empty, and is there. */
export function ListData<Item>({ query, empty, children }: ListDataProps<Item>) {
  const { data, error, refetch, dataUpdatedAt } = query;
  if (error && !data) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (!data) return <Loader aria-label="loading" />;
  return (
    <>
      {error && <NoDataSince at={dataUpdatedAt} error={error} />}
      {data.items.length ? children(data.items) : empty}
      <Paging nextCursor={data.nextCursor} />
    </>
  );
}
