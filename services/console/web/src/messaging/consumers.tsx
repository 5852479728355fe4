import { Text } from '@mantine/core';
import { type Column, DataTable } from '../shell/index.js';
import { ConsumerState } from './consumer-state.js';
import { Age, Figure, Rate } from './figures.js';
import { PauseButton } from './pause-button.js';
import type { SourceConsumer } from './queries.js';
import { Section } from './section.js';

interface ConsumersProps {
  source: string;
  kind: 'topic' | 'queue';
  consumers: readonly SourceConsumer[];
}

/** Who consumes a queue or topic, how far each is behind, and whether it is paused. */
export function Consumers({ source, kind, consumers }: ConsumersProps) {
  const columns: Column<SourceConsumer>[] = [
    { label: 'consumer', cell: ({ consumer }) => consumer },
    { label: 'processes', isDetail: true, cell: ({ processes }) => <ConsumerState processes={processes} /> },
    {
      label: 'lag (messages)',
      isNumber: true,
      cell: ({ lagMessages, measuredAt }) => <Figure value={lagMessages} seenAt={measuredAt} />,
    },
    {
      label: 'oldest',
      isNumber: true,
      cell: ({ oldestAgeSeconds, lagMessages }) => <Age seconds={oldestAgeSeconds} messages={lagMessages} />,
    },
    {
      label: 'handled',
      isNumber: true,
      isDetail: true,
      cell: ({ handledPerSecond }) => <Rate value={handledPerSecond} />,
    },
    ...(kind === 'topic' ? parkedColumns : []),
    { label: 'change', isDetail: true, cell: (consumer) => <PauseButton source={source} consumer={consumer} /> },
  ];
  return (
    <Section title="Consumers">
      {consumers.length === 0 ? (
        <Text size="sm" c="dimmed">
          No service of this system consumes it.
        </Text>
      ) : (
        <DataTable
          caption={`consumers of ${source}`}
          columns={columns}
          rows={consumers}
          keyOf={({ consumer }) => consumer}
          minWidth={760}
        />
      )}
    </Section>
  );
}

const parkedColumns: Column<SourceConsumer>[] = [
  { label: 'parked keys', isNumber: true, isDetail: true, cell: ({ parkedKeys }) => <Figure value={parkedKeys} /> },
  {
    label: 'parked events',
    isNumber: true,
    isDetail: true,
    cell: ({ parkedEvents }) => <Figure value={parkedEvents} />,
  },
];
