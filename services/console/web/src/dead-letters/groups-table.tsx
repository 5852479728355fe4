import { Anchor, Box, Button, Group, Table, Text, useMatches } from '@mantine/core';
import { Link } from 'react-router';
import { formatNumber, Time, useSession } from '../shell/index.js';
import { ClassBadge } from './badges.js';
import { useBatchDialog } from './batch-dialog.js';
import { listOf } from './filter-in-url.js';
import type { DeadLetterGroup } from './queries.js';

export function GroupsTable({ items }: { items: DeadLetterGroup[] }) {
  const isOperator = useSession().data?.role === 'operator';
  const isNarrow = useMatches({ base: true, sm: false }, { getInitialValueInEffect: false });
  return (
    <Table.ScrollContainer minWidth={300}>
      <Table highlightOnHover verticalSpacing={6} aria-label="groups of the same failure">
        <Table.Thead>
          <Table.Tr>
            <Table.Th ta="right">Count</Table.Th>
            <Table.Th>Failure</Table.Th>
            <Table.Th visibleFrom="sm">Class</Table.Th>
            <Table.Th visibleFrom="sm">Consumer</Table.Th>
            <Table.Th visibleFrom="sm">First and last</Table.Th>
            {isOperator && !isNarrow && <Table.Th>Resolve</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Row key={item.group} item={item} isOperator={isOperator} isNarrow={isNarrow} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RowProps {
  item: DeadLetterGroup;
  isOperator: boolean;
  isNarrow: boolean;
}

function Row({ item, isOperator, isNarrow }: RowProps) {
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
        <Group hiddenFrom="sm" gap={4} mt={4}>
          <ClassBadge value={item.class} />
          <Text size="xs">{consumers.join(', ')}</Text>
        </Group>
        {isOperator && isNarrow && (
          <Box mt={6}>
            <GroupActions group={group} />
          </Box>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <ClassBadge value={item.class} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm">{consumers.join(', ')}</Text>
        <Text size="xs" c="dimmed">
          {sources.join(', ')}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm" style={{ whiteSpace: 'nowrap' }}>
        <Text size="sm">
          <Time at={firstFailedAt} />
        </Text>
        <Text size="sm">
          <Time at={lastFailedAt} />
        </Text>
      </Table.Td>
      {isOperator && !isNarrow && (
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
