import { Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import { messageOf } from '../api/index.js';
import { NoDataSince } from './no-data-since.js';
import { ProblemAlert } from './problem-alert.js';

interface Query<Data> {
  data: Data | undefined;
  error: unknown;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

interface LoadingProps<Data> {
  query: Query<Data>;
  children: (data: Data) => ReactNode;
}

/** What was loaded, a sign until then, and what went wrong. */
export function Loading<Data>({ query, children }: LoadingProps<Data>) {
  const { data, error } = query;
  return (
    <>
      <ProblemOf query={query} />
      {data === undefined ? !error && <Loader size="sm" role="status" aria-label="loading" /> : children(data)}
    </>
  );
}

/** Why something could not be loaded, or could not be read again. */
export function ProblemOf({ query: { data, error, dataUpdatedAt, refetch } }: { query: Query<unknown> }) {
  if (!error) return null;
  const retry = () => void refetch();
  if (data === undefined) return <ProblemAlert error={error} retry={retry} />;
  return <NoDataSince at={dataUpdatedAt} reason={messageOf(error)} retry={retry} />;
}
