import { Group, Loader, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { ProblemAlert } from '../shell/index.js';

interface SectionProps {
  title: string;
  /** Stands beside the title. */
  actions?: ReactNode;
  /** What it is about, in a sentence. */
  about?: ReactNode;
  children: ReactNode;
}

export function Section({ title, actions, about, children }: SectionProps) {
  return (
    <Stack component="section" gap="xs" mb="xl" aria-label={title}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {title}
        </Title>
        <Group gap="xs">{actions}</Group>
      </Group>
      {about && (
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      )}
      {children}
    </Stack>
  );
}

interface Loaded<Data> {
  data: Data | undefined;
  error: unknown;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

/** What was loaded. After a failure it stays, and says of when it is. */
export function Loading<Data>({ query, children }: { query: Loaded<Data>; children: (data: Data) => ReactNode }) {
  const { data, error, refetch } = query;
  if (error && data === undefined) return <ProblemAlert error={error} retry={() => void refetch()} />;
  if (data === undefined) return <Loader size="sm" aria-label="loading" />;
  return (
    <>
      {error ? <NoDataSince at={query.dataUpdatedAt} /> : undefined}
      {children(data)}
    </>
  );
}

const NoDataSince = ({ at }: { at: number }) => (
  <Text size="sm" c="red" role="status">
    The console does not respond: no data since {new Date(at).toLocaleTimeString()}
  </Text>
);
