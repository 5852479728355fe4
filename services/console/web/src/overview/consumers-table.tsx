import { Anchor, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Time } from '../shell/index.js';
import { age, count, perSecond } from './figures.js';
import { deadLettersLink, nameIn, nodeLink } from './node-link.js';
import { StatusBadge } from './status-badge.js';
import type { Overview, SystemEdge } from './use-overview.js';

export function ConsumersTable({ overview: { edges } }: { overview: Overview }) {
  const consumed = edges.filter(({ kind }) => kind === 'consumes').toSorted((a, b) => a.from.localeCompare(b.from));
  return (
    <Table.ScrollContainer
      minWidth={820}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': 'consumers' } }}
    >
      <Table verticalSpacing={4} striped>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Queue or topic</Table.Th>
            <Table.Th>Consumer</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th ta="right">Handled</Table.Th>
            <Table.Th ta="right">Unconsumed</Table.Th>
            <Table.Th ta="right">Oldest</Table.Th>
            <Table.Th ta="right">Retries</Table.Th>
            <Table.Th ta="right">Parked keys</Table.Th>
            <Table.Th ta="right">Dead letters</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {consumed.map((edge) => (
            <Row key={edge.id} edge={edge} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Row({ edge }: { edge: SystemEdge }) {
  const { from, to, status, rate, lag, retries, parked, deadLetters, lastSeen } = edge;
  const isQueue = from.startsWith('queue:');
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={nodeLink(from)} size="sm">
          {nameIn(from)}
        </Anchor>
      </Table.Td>
      <Table.Td>{nameIn(to)}</Table.Td>
      <Table.Td>
        <StatusBadge status={status} />
        {!lag && lastSeen && (
          <Text size="sm" span ml={6}>
            no data since <Time at={lastSeen} />
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">{perSecond(rate)}</Table.Td>
      <Table.Td ta="right">{count(lag?.messages)}</Table.Td>
      <Table.Td ta="right">{lag ? age(lag.seconds) : count(undefined)}</Table.Td>
      <Table.Td ta="right">{isQueue ? count(retries) : '-'}</Table.Td>
      <Table.Td ta="right">{isQueue ? '-' : count(parked?.keys)}</Table.Td>
      <Table.Td ta="right">
        {deadLetters?.messages ? (
          <Anchor component={Link} to={deadLettersLink(nameIn(from))} size="sm">
            {count(deadLetters.messages)}
          </Anchor>
        ) : (
          count(deadLetters?.messages)
        )}
      </Table.Td>
    </Table.Tr>
  );
}
