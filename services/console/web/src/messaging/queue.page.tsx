import { Text } from '@mantine/core';
import { useParams } from 'react-router';
import { type Column, DataTable, formatDuration, formatNumber, Loading, Message, PageTitle } from '../shell/index.js';
import { Consumers } from './consumers.js';
import { Figure, Rate } from './figures.js';
import { type Queue, useQueues } from './queries.js';
import { Section } from './section.js';

export function Component() {
  const { name = '' } = useParams();
  const queues = useQueues();
  return (
    <>
      <PageTitle title={name} />
      <Loading query={queues}>
        {({ items }) => {
          const queue = items.find((one) => one.name === name);
          return queue ? <QueueDetails queue={queue} /> : <Message title={`There is no queue ${name}`} />;
        }}
      </Loading>
    </>
  );
}

function QueueDetails({ queue }: { queue: Queue }) {
  const { name, broker, maxLength, replicated, publishedPerSecond, consumers, retryTiers } = queue;
  return (
    <>
      <Text mb="lg">
        A queue of {broker}, {replicated ? 'replicated' : 'on one node'}, of at most {formatNumber(maxLength)} messages.
        Published: <Rate value={publishedPerSecond} />.
      </Text>
      <Consumers source={name} kind="queue" consumers={consumers} />
      <Section title="Retry tiers" about="Where a failed message waits for its next attempt.">
        <DataTable
          caption="retry tiers"
          columns={TIER_COLUMNS}
          rows={retryTiers}
          keyOf={({ delayMs }) => String(delayMs)}
          minWidth={280}
          maxWidth={360}
        />
        <Text size="sm">
          Together: <Figure value={queue.waitingForRetry} unit=" messages" />
        </Text>
      </Section>
    </>
  );
}

const TIER_COLUMNS: Column<Queue['retryTiers'][number]>[] = [
  { label: 'after', cell: ({ delayMs }) => formatDuration(delayMs) },
  { label: 'messages', isNumber: true, cell: ({ messages }) => <Figure value={messages} /> },
];
