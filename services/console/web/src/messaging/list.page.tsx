import { Anchor, Badge, Button, Group } from '@mantine/core';
import { Link } from 'react-router';
import { type Column, DataTable, Loading, PageTitle } from '../shell/index.js';
import { Age, Figure, largestOf, Rate, sumOf } from './figures.js';
import { Outboxes } from './outboxes.js';
import { type Queue, type SourceConsumer, type Topic, useOutboxes, useQueues, useTopics } from './queries.js';
import { Section } from './section.js';

/** All topics and queues at a glance: the figures of a row are those of the consumer that is furthest behind. */
export function Component() {
  const [topics, queues, outboxes] = [useTopics(), useQueues(), useOutboxes()];
  return (
    <>
      <PageTitle title="Messaging">
        <Button component={Link} to="/messaging/documents" variant="default" size="xs">
          API documents
        </Button>
      </PageTitle>
      <Section title="Topics" about="Events, by whoever reads them; the figures are those of the slowest consumer.">
        <Loading query={topics}>
          {({ items }) => (
            <DataTable
              caption="topics"
              columns={TOPIC_COLUMNS}
              rows={items}
              keyOf={({ name }) => name}
              minWidth={720}
            />
          )}
        </Loading>
      </Section>
      <Section title="Queues" about="Tasks and replies, each for one service.">
        <Loading query={queues}>
          {({ items }) => (
            <DataTable
              caption="queues"
              columns={QUEUE_COLUMNS}
              rows={items}
              keyOf={({ name }) => name}
              minWidth={720}
            />
          )}
        </Loading>
      </Section>
      <Section title="Outboxes" about="What services have committed and not published yet.">
        <Loading query={outboxes}>{({ items }) => <Outboxes outboxes={items} />}</Loading>
      </Section>
    </>
  );
}

const lagOf = ({ consumers }: { consumers: readonly SourceConsumer[] }) =>
  largestOf(consumers.map(({ lagMessages }) => lagMessages));
/** Of a consumer whose lag is unknown. */
const unknownSince = ({ consumers }: { consumers: readonly SourceConsumer[] }) =>
  consumers.find(({ lagMessages }) => lagMessages === null)?.measuredAt ?? null;
const ageOf = ({ consumers }: { consumers: readonly SourceConsumer[] }) =>
  largestOf(consumers.map(({ oldestAgeSeconds }) => oldestAgeSeconds));

/** The column that names a source, with what is paused or away. */
const nameColumn = (kind: 'topics' | 'queues'): Column<Topic | Queue> => ({
  label: kind === 'topics' ? 'topic' : 'queue',
  cell: ({ name, consumers }) => (
    <Group gap="xs">
      <Anchor component={Link} to={`/messaging/${kind}/${encodeURIComponent(name)}`} inherit>
        {name}
      </Anchor>
      <Trouble consumers={consumers} />
    </Group>
  ),
});

function Trouble({ consumers }: { consumers: readonly SourceConsumer[] }) {
  const of = (which: (state: string) => boolean) =>
    consumers.filter(({ processes }) => processes.some(({ state }) => which(state))).map(({ consumer }) => consumer);
  const paused = of((state) => state === 'paused' || state === 'pausing');
  const away = of((state) => state === 'unavailable');
  return (
    <>
      {paused.length > 0 && (
        <Badge color="yellow" variant="light" tt="none">
          paused: {paused.join(', ')}
        </Badge>
      )}
      {away.length > 0 && (
        <Badge color="red" variant="light" tt="none">
          unavailable: {away.join(', ')}
        </Badge>
      )}
    </>
  );
}

const commonColumns: Column<Topic | Queue>[] = [
  {
    label: 'lag (messages)',
    isNumber: true,
    cell: (source) => <Figure value={lagOf(source)} seenAt={unknownSince(source)} />,
  },
  { label: 'oldest', isNumber: true, cell: (source) => <Age seconds={ageOf(source)} messages={lagOf(source)} /> },
  {
    label: 'published',
    isNumber: true,
    isDetail: true,
    cell: ({ publishedPerSecond }) => <Rate value={publishedPerSecond} />,
  },
  {
    label: 'handled',
    isNumber: true,
    isDetail: true,
    cell: ({ consumers }) => <Rate value={largestOf(consumers.map(({ handledPerSecond }) => handledPerSecond))} />,
  },
];

const TOPIC_COLUMNS: Column<Topic>[] = [
  nameColumn('topics') as Column<Topic>,
  ...(commonColumns as Column<Topic>[]),
  {
    label: 'parked keys',
    isNumber: true,
    isDetail: true,
    cell: ({ consumers }) => <Figure value={parkedIn(consumers)} />,
  },
  { label: 'consumers', isDetail: true, cell: ({ consumers }) => consumers.map(({ consumer }) => consumer).join(', ') },
];

const QUEUE_COLUMNS: Column<Queue>[] = [
  nameColumn('queues') as Column<Queue>,
  ...(commonColumns as Column<Queue>[]),
  {
    label: 'to be retried',
    isNumber: true,
    isDetail: true,
    cell: ({ waitingForRetry }) => <Figure value={waitingForRetry} />,
  },
  { label: 'consumers', isDetail: true, cell: ({ consumers }) => consumers.map(({ consumer }) => consumer).join(', ') },
];

const parkedIn = (consumers: readonly SourceConsumer[]) => sumOf(consumers.map(({ parkedKeys }) => parkedKeys));
