import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Loading } from '../shell/index.js';
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
  return (
    <Loading query={query}>
      {({ items, nextCursor }) => (
        <>
          {items.length ? children(items) : empty}
          <Paging nextCursor={nextCursor} />
        </>
      )}
    </Loading>
  );
}
