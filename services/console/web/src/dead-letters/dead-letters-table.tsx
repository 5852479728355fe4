import { Anchor, Group, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Time } from '../shell/index.js';
import { ClassBadge, StatusBadge } from './badges.js';
import type { DeadLetter } from './queries.js';
import { shortType } from './short-type.js';

const NO_WRAP = { whiteSpace: 'nowrap' } as const;

/** On a phone, what is beside the message stands below it. */
export function DeadLettersTable({ items }: { items: DeadLetter[] }) {
  return (
    <Table.ScrollContainer minWidth={300}>
      <Table highlightOnHover verticalSpacing={6} aria-label="dead letters">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Message</Table.Th>
            <Table.Th>Error</Table.Th>
            <Table.Th visibleFrom="sm">Class</Table.Th>
            <Table.Th visibleFrom="sm">Consumer</Table.Th>
            <Table.Th visibleFrom="sm">Failed last</Table.Th>
            <Table.Th visibleFrom="sm">Status</Table.Th>
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
        <Group hiddenFrom="sm" gap={4} mt={2}>
          <ClassBadge value={item.class} />
          <StatusBadge value={status} />
          <Text size="xs">{consumer}</Text>
        </Group>
      </Table.Td>
      <Table.Td maw={380}>
        <Text size="sm" lineClamp={2} className="breaks" title={error}>
          {error}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <ClassBadge value={item.class} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm">{consumer}</Text>
        <Text size="xs" c="dimmed">
          {source}
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm" style={NO_WRAP}>
        <Text size="sm">
          <Time at={lastFailedAt} />
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <StatusBadge value={status} />
      </Table.Td>
    </Table.Tr>
  );
}
