import { Text } from '@mantine/core';
import { type Column, DataTable } from '../shell/index.js';
import { Age, Figure } from './figures.js';
import type { Outbox } from './queries.js';

export function Outboxes({ outboxes }: { outboxes: readonly Outbox[] }) {
  if (outboxes.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No process says what is in its outbox. npm run status says which of them run.
      </Text>
    );
  return (
    <DataTable
      caption="outboxes"
      columns={COLUMNS}
      rows={outboxes}
      keyOf={({ process, target }) => `${process} ${target}`}
      minWidth={480}
    />
  );
}

const COLUMNS: Column<Outbox>[] = [
  { label: 'process', cell: ({ process }) => process },
  { label: 'to', cell: ({ target }) => target },
  {
    label: 'backlog (messages)',
    isNumber: true,
    cell: ({ messages, seenAt }) => <Figure value={messages} seenAt={seenAt} />,
  },
  {
    label: 'oldest',
    isNumber: true,
    cell: ({ oldestAgeSeconds, messages }) =>
      messages !== null && <Age seconds={oldestAgeSeconds} messages={messages} />,
  },
];
