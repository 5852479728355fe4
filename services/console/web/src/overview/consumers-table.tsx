import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { type Column, DataTable, Time } from '../shell/index.js';
import { age, count, perSecond } from './figures.js';
import { deadLettersLink, nameIn, nodeLink } from './node-link.js';
import { StatusBadge } from './status-badge.js';
import type { Overview, SystemEdge } from './use-overview.js';

export function ConsumersTable({ overview: { edges } }: { overview: Overview }) {
  const consumed = edges.filter(({ kind }) => kind === 'consumes').toSorted((a, b) => a.from.localeCompare(b.from));
  return <DataTable caption="consumers" columns={COLUMNS} rows={consumed} keyOf={({ id }) => id} minWidth={820} />;
}

const isQueue = ({ from }: SystemEdge) => from.startsWith('queue:');

const COLUMNS: Column<SystemEdge>[] = [
  {
    label: 'Queue or topic',
    cell: ({ from }) => (
      <Anchor component={Link} to={nodeLink(from)} inherit>
        {nameIn(from)}
      </Anchor>
    ),
  },
  { label: 'Consumer', isDetail: true, cell: ({ to }) => nameIn(to) },
  {
    label: 'State',
    cell: ({ status, lag, lastSeen }) => (
      <>
        <StatusBadge status={status} />
        {!lag && lastSeen && (
          <Text size="sm" span ml={6}>
            no data since <Time at={lastSeen} />
          </Text>
        )}
      </>
    ),
  },
  { label: 'Handled', isNumber: true, isDetail: true, cell: ({ rate }) => perSecond(rate) },
  { label: 'Unconsumed', isNumber: true, cell: ({ lag }) => count(lag?.messages) },
  { label: 'Oldest', isNumber: true, isDetail: true, cell: ({ lag }) => (lag ? age(lag.seconds) : count(undefined)) },
  { label: 'Retries', isNumber: true, isDetail: true, cell: (edge) => (isQueue(edge) ? count(edge.retries) : '-') },
  {
    label: 'Parked keys',
    isNumber: true,
    isDetail: true,
    cell: (edge) => (isQueue(edge) ? '-' : count(edge.parked?.keys)),
  },
  {
    label: 'Dead letters',
    isNumber: true,
    isDetail: true,
    cell: ({ from, deadLetters }) =>
      deadLetters?.messages ? (
        <Anchor component={Link} to={deadLettersLink(nameIn(from))} inherit>
          {count(deadLetters.messages)}
        </Anchor>
      ) : (
        count(deadLetters?.messages)
      ),
  },
];
