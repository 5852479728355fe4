import { Anchor, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Time } from '../shell/index.js';
import { ClassBadge, StatusBadge } from './badges.js';
import type { DeadLetter } from './queries.js';
import { shortType } from './short-type.js';

export function DeadLettersTable({ items }: { items: DeadLetter[] }) {
  return (
    <Table.ScrollContainer minWidth={760}>
      <Table highlightOnHover verticalSpacing={6} aria-label="dead letters">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Message</Table.Th>
            <Table.Th>Error</Table.Th>
            <Table.Th>Class</Table.Th>
            <Table.Th>Consumer</Table.Th>
            <Table.Th>Failed last</Table.Th>
            <Table.Th>Status</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((item) => (
            <Row key={item.id} item={item} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ item }: { item: DeadLetter }) {
  const { id, type, key, error, consumer, source, lastFailedAt, status } = item;
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/dead-letters/${id}`} fw={600} size="sm">
          {shortType(type)}
        </Anchor>
        <Text size="xs" c="dimmed" className="breaks">
          {key ?? 'without a key'}
        </Text>
      </Table.Td>
      <Table.Td maw={380}>
        <Text size="sm" lineClamp={2} className="breaks" title={error}>
          {error}
        </Text>
      </Table.Td>
      <Table.Td>
        <ClassBadge value={item.class} />
      </Table.Td>
      <Table.Td>
        <Text size="sm">{consumer}</Text>
        <Text size="xs" c="dimmed">
          {source}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          <Time at={lastFailedAt} />
        </Text>
      </Table.Td>
      <Table.Td>
        <StatusBadge value={status} />
      </Table.Td>
    </Table.Tr>
  );
}
