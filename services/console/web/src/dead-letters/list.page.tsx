import { Alert, Anchor, Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { countOf, Message, Time, useSession } from '../shell/index.js';
import { AreaFrame } from './area-frame.js';
import { ClassBadge } from './badges.js';
import { useBatchDialog } from './batch-dialog.js';
import { DeadLettersTable } from './dead-letters-table.js';
import { useFilterInUrl } from './filter-in-url.js';
import { Filters } from './filters.js';
import { GroupsTable } from './groups-table.js';
import { ListData } from './list-data.js';
import { PAGE_SIZE } from './paging.js';
import { useBatches, useDeadLetters, useGroups } from './queries.js';

/** How many groups stand above the list. */
const TOP_GROUPS = 3;

export function Component() {
  const { filter, cursor, isFiltered, status } = useFilterInUrl();
  const query = useDeadLetters({ ...filter, limit: PAGE_SIZE, ...(cursor && { cursor }) });
  const isOverview = !isFiltered && !cursor && status === 'waiting';
  return (
    <AreaFrame title="Dead letters" actions={status === 'waiting' && <ResolveAll />}>
      <RunningBatches />
      {isOverview && <TopGroups />}
      {filter.group && <GroupSummary group={filter.group} />}
      <Filters />
      <ListData query={query} empty={<Nothing isFiltered={isFiltered} status={status} />}>
        {(items) => <DeadLettersTable items={items} />}
      </ListData>
    </AreaFrame>
  );
}

function Nothing({ isFiltered, status }: { isFiltered: boolean; status: string }) {
  if (isFiltered) return <Message title="Nothing matches the filter">Clear it, or choose another status.</Message>;
  return (
    <Message title={status === 'waiting' ? 'No dead letter is waiting' : `There is none that is ${status}`}>
      A message that its consumer gives up after its retries comes here, whole, and waits for a decision.
    </Message>
  );
}

function ResolveAll() {
  const isOperator = useSession().data?.role === 'operator';
  const openBatchDialog = useBatchDialog();
  const { status: _, ...filter } = useFilterInUrl().filter;
  if (!isOperator) return null;
  return (
    <>
      <Button variant="default" size="xs" onClick={() => openBatchDialog('resubmit', filter)}>
        Resubmit all that match…
      </Button>
      <Button variant="default" size="xs" onClick={() => openBatchDialog('discard', filter)}>
        Discard all that match…
      </Button>
    </>
  );
}

function RunningBatches() {
  const running = useBatches({ limit: 5, status: 'running' }).data?.items ?? [];
  const paused = useBatches({ limit: 5, status: 'paused' }).data?.items ?? [];
  const batches = [...running, ...paused];
  if (batches.length === 0) return null;
  return (
    <Alert mb="md" title={`${countOf(batches.length, 'batch', 'batches')} in progress`}>
      {batches.map(({ id, action, by, resolved, selected, status }) => (
        <Text key={id} size="sm">
          <Anchor component={Link} to={`/dead-letters/batches/${id}`} underline="always">
            {by}: {action} {resolved} of {selected}
          </Anchor>
          , {status}
        </Text>
      ))}
    </Alert>
  );
}

function TopGroups() {
  const { data } = useGroups({ limit: TOP_GROUPS });
  if (!data?.items.length) return null;
  return (
    <Stack component="section" gap={4} mb="lg" aria-labelledby="top-groups">
      <Group justify="space-between">
        <Title order={2} size="h4" id="top-groups">
          Most frequent failures
        </Title>
        {data.nextCursor && (
          <Anchor component={Link} to="/dead-letters/groups" size="sm">
            All groups
          </Anchor>
        )}
      </Group>
      <GroupsTable items={data.items} />
    </Stack>
  );
}

function GroupSummary({ group }: { group: string }) {
  const item = useGroups({ limit: 1, group }).data?.items[0];
  if (!item) return null;
  return (
    <Paper withBorder p="sm" mb="md" component="section" aria-label="this group">
      <Group gap="xs" mb={4}>
        <Text fw={700}>{countOf(item.count, 'dead letter')} of the same failure</Text>
        <ClassBadge value={item.class} />
      </Group>
      <Text size="sm" className="breaks">
        {item.error}
      </Text>
      <Text size="sm" c="dimmed">
        {item.consumers.join(', ')}, from <Time at={item.firstFailedAt} /> to <Time at={item.lastFailedAt} />
        {item.place && `, at ${item.place}`}
      </Text>
    </Paper>
  );
}
