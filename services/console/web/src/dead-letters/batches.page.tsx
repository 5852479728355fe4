import { Anchor, Group, Progress, Table, Text } from '@mantine/core';
import { Link, useSearchParams } from 'react-router';
import { formatNumber, Message, Time } from '../shell/index.js';
import { AreaFrame } from './area-frame.js';
import { BatchBadge } from './badges.js';
import { ListData } from './list-data.js';
import { PAGE_SIZE } from './paging.js';
import { type Batch, useBatches } from './queries.js';

export function Component() {
  const cursor = useSearchParams()[0].get('cursor');
  const query = useBatches({ limit: PAGE_SIZE, ...(cursor && { cursor }) });
  return (
    <AreaFrame title="Batches">
      <ListData
        query={query}
        empty={<Message title="No batch yet">Resubmit or discard a group, or all that match a filter.</Message>}
      >
        {(items) => <BatchesTable items={items} />}
      </ListData>
    </AreaFrame>
  );
}

function BatchesTable({ items }: { items: Batch[] }) {
  return (
    <Table highlightOnHover verticalSpacing={6} aria-label="batches">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Started</Table.Th>
          <Table.Th>What</Table.Th>
          <Table.Th>Progress</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((batch) => (
          <Row key={batch.id} {...batch} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ id, createdAt, action, by, resolved, selected, status }: Batch) {
  return (
    <Table.Tr>
      <Table.Td fz="sm">
        <Time at={createdAt} />
      </Table.Td>
      <Table.Td>
        <Anchor component={Link} to={`/dead-letters/batches/${id}`} size="sm" fw={600}>
          {action} {formatNumber(selected)}
        </Anchor>
        <Text size="xs" c="dimmed" className="breaks">
          by {by}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group justify="space-between" gap={4} mb={4}>
          <Text size="xs">
            {formatNumber(resolved)} of {formatNumber(selected)}
          </Text>
          <BatchBadge value={status} />
        </Group>
        <Progress value={(100 * resolved) / selected} aria-label={`${resolved} of ${selected}`} />
      </Table.Td>
    </Table.Tr>
  );
}
