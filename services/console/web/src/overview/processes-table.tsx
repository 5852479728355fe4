import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { type Column, DataTable, Time } from '../shell/index.js';
import { bytes, cores } from './figures.js';
import { nodeLink } from './node-link.js';
import { StatusBadge } from './status-badge.js';
import type { Overview, ProcessState } from './use-overview.js';

export function ProcessesTable({ overview: { processes } }: { overview: Overview }) {
  return <DataTable caption="processes" columns={COLUMNS} rows={processes} keyOf={({ name }) => name} />;
}

const COLUMNS: Column<ProcessState>[] = [
  {
    label: 'Process',
    cell: ({ name }) => (
      <Anchor component={Link} to={nodeLink(`process:${name}`)} inherit>
        {name}
      </Anchor>
    ),
  },
  {
    label: 'State',
    cell: (process) => (
      <>
        <StatusBadge status={process.status} />
        <Problem process={process} />
      </>
    ),
  },
  { label: 'Since', isDetail: true, cell: ({ since }) => <Time at={since} /> },
  { label: 'Copies', isNumber: true, isDetail: true, cell: ({ copies }) => copies },
  { label: 'Restarts seen', isNumber: true, isDetail: true, cell: ({ restarts }) => restarts },
  { label: 'CPU, of a core', isNumber: true, cell: ({ cpu }) => cores(cpu) },
  { label: 'Memory', isNumber: true, isDetail: true, cell: ({ memory }) => bytes(memory) },
];

/** Why it is not ready. */
export function Problem({ process: { status, failure, checks, lastSeen } }: { process: ProcessState }) {
  if (status === 'away')
    return (
      <Text size="sm" span ml={6}>
        {failure ?? 'no response'}
        {lastSeen && (
          <>
            , no data since <Time at={lastSeen} />
          </>
        )}
      </Text>
    );
  const failing = checks.filter((check) => check.status === 'failing');
  if (status === 'ready' || !failing.length) return null;
  return (
    <Text size="sm" span ml={6} className="breaks">
      {failing.map(({ name, reason }) => `${name}: ${reason}`).join('; ')}
    </Text>
  );
}
