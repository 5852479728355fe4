import { Anchor, Table, Text } from '@mantine/core';
import { Link } from 'react-router';
import { Time } from '../shell/index.js';
import { bytes, cores } from './figures.js';
import { nodeLink } from './node-link.js';
import { StatusBadge } from './status-badge.js';
import type { Overview, ProcessState } from './use-overview.js';

export function ProcessesTable({ overview: { processes } }: { overview: Overview }) {
  return (
    <Table.ScrollContainer
      minWidth={640}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, 'aria-label': 'processes' } }}
    >
      <Table verticalSpacing={4} striped>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Process</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th>Since</Table.Th>
            <Table.Th ta="right">Copies</Table.Th>
            <Table.Th ta="right">Restarts seen</Table.Th>
            <Table.Th ta="right">CPU, of a core</Table.Th>
            <Table.Th ta="right">Memory</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {processes.map((process) => (
            <Table.Tr key={process.name}>
              <Table.Td>
                <Anchor component={Link} to={nodeLink(`process:${process.name}`)} size="sm">
                  {process.name}
                </Anchor>
              </Table.Td>
              <Table.Td>
                <StatusBadge status={process.status} />
                <Problem process={process} />
              </Table.Td>
              <Table.Td>
                <Time at={process.since} />
              </Table.Td>
              <Table.Td ta="right">{process.copies}</Table.Td>
              <Table.Td ta="right">{process.restarts}</Table.Td>
              <Table.Td ta="right">{cores(process.cpu)}</Table.Td>
              <Table.Td ta="right">{bytes(process.memory)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

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
