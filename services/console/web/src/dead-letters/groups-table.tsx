import { Anchor, Button, Group, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { formatNumber, Time, useSession } from '../shell/index.js';
import { ClassBadge } from './badges.js';
import { useBatchDialog } from './batch-dialog.js';
import { listOf } from './filter-in-url.js';
import type { DeadLetterGroup } from './queries.js';

export function GroupsTable({ items }: { items: DeadLetterGroup[] }) {
  const isOperator = useSession().data?.role === 'operator';
  return (
    <Table.ScrollContainer minWidth={820}>
      <Table highlightOnHover verticalSpacing={6} aria-label="groups of the same failure">
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">Count</Table.Th>
            <Table.Th>Failure</Table.Th>
            <Table.Th>Class</Table.Th>
            <Table.Th>Consumer</Table.Th>
            <Table.Th>First and last</Table.Th>
            {isOperator && <Table.Th>Resolve</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Row key={item.group} item={item} isOperator={isOperator} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ item, isOperator }: { item: DeadLetterGroup; isOperator: boolean }) {
  const { group, count, error, place, consumers, sources, firstFailedAt, lastFailedAt } = item;
  return (
    <Table.Tr>
      <Table.Td ta="right" fw={700}>
        {formatNumber(count)}
      </Table.Td>
      <Table.Td maw={420}>
        <Anchor
          component={Link}
          to={listOf({ group })}
          size="sm"
          fw={600}
          lineClamp={3}
          className="breaks"
          title={error}
        >
          {error || 'no error given'}
        </Anchor>
        {place && (
          <Text size="xs" c="dimmed" className="breaks">
            at {place}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <ClassBadge value={item.class} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">{consumers.join(', ')}</Text>
        <Text size="xs" c="dimmed">
          {sources.join(', ')}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <Time at={firstFailedAt} />
        </Text>
        <Text size="sm">
          <Time at={lastFailedAt} />
        </Text>
      </Table.Td>
      {isOperator && (
        <Table.Td>
          <GroupActions group={group} />
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function GroupActions({ group }: { group: string }) {
  const openBatchDialog = useBatchDialog();
  return (
    <Group gap={6} wrap="nowrap">
      <Button size="compact-sm" variant="default" onClick={() => openBatchDialog('resubmit', { group })}>
        Resubmit…
      </Button>
      <Button size="compact-sm" variant="default" onClick={() => openBatchDialog('discard', { group })}>
        Discard…
      </Button>
    </Group>
  );
}
