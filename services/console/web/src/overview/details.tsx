import { Anchor, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'react-router';
import { countOf, Time } from '../shell/index.js';
import { age, bytes, cores, perSecond } from './figures.js';
import { deadLettersLink, isChannel, messagingLink, nameIn, nodeLink } from './node-link.js';
import { Problem } from './processes-table.js';
import { StatusBadge } from './status-badge.js';
import type { Overview, SystemEdge, SystemNode } from './use-overview.js';

/** The node that the address names, in a drawer. */
export function Details({ overview }: { overview: Overview }) {
  const [params, setParams] = useSearchParams();
  const id = params.get('node');
  const node = overview.nodes.find((one) => one.id === id);
  return (
    <Drawer
      opened={id !== null}
      onClose={() => setParams({})}
      position="right"
      size="md"
      title={node ? `${node.name} (${node.kind})` : 'No such part'}
      closeButtonProps={{ 'aria-label': 'close' }}
    >
      {node ? <NodeDetails node={node} overview={overview} /> : <Text>There is no {id} in this system.</Text>}
    </Drawer>
  );
}

function NodeDetails({ node, overview }: { node: SystemNode; overview: Overview }) {
  const { id, status, reason, broker, outbox, lastSeen } = node;
  const process = node.kind === 'process' && overview.processes.find(({ name }) => name === node.name);
  const deadLetters = overview.edges.filter((edge) => edge.from === id && edge.deadLetters?.messages);
  return (
    <Stack gap="md">
      <Group gap="sm">
        <StatusBadge status={process ? process.status : status} />
        {process ? (
          <Problem process={process} />
        ) : (
          reason && (
            <Text size="sm" className="breaks">
              {reason}
            </Text>
          )
        )}
      </Group>
      <Table verticalSpacing={4} layout="fixed">
        <Table.Tbody>
          <Row label="Last heard of">{lastSeen ? <Time at={lastSeen} /> : 'never'}</Row>
          {broker && <Row label="Broker">{broker}</Row>}
          {process && (
            <>
              <Row label="In this state since">
                <Time at={process.since} />
              </Row>
              <Row label="Started">{process.startedAt ? <Time at={process.startedAt} /> : 'no data'}</Row>
              <Row label="Copies">{process.copies}</Row>
              <Row label="Restarts seen">{process.restarts}</Row>
              <Row label="CPU">{cores(process.cpu)} of a core</Row>
              <Row label="Memory">{bytes(process.memory)}</Row>
              {process.checks.map(({ name, status: outcome, reason: why }) => (
                <Row key={name} label={`Check ${name}`}>
                  {outcome === 'ok' ? 'ok' : `failing: ${why}`}
                </Row>
              ))}
            </>
          )}
          {outbox && (
            <Row label="Outbox">
              {countOf(outbox.messages, 'message')}
              {outbox.messages > 0 && `, oldest ${age(outbox.seconds)}`}
            </Row>
          )}
        </Table.Tbody>
      </Table>
      <Edges title="From" edges={overview.edges.filter(({ to }) => to === id)} end="from" />
      <Edges title="To" edges={overview.edges.filter(({ from }) => from === id)} end="to" />
      <Group gap="md">
        {isChannel(id) && (
          <Anchor component={Link} to={messagingLink(id)}>
            Messages and consumers
          </Anchor>
        )}
        {deadLetters.length > 0 && (
          <Anchor component={Link} to={deadLettersLink(nameIn(id))}>
            Dead letters
          </Anchor>
        )}
      </Group>
    </Stack>
  );
}

function Row({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Table.Tr>
      <Table.Th fw={400} c="dimmed" w="45%">
        {label}
      </Table.Th>
      <Table.Td className="breaks">{children}</Table.Td>
    </Table.Tr>
  );
}

/** The other ends, with what travels there. */
function Edges({ title, edges, end }: { title: string; edges: readonly SystemEdge[]; end: 'from' | 'to' }) {
  if (!edges.length) return null;
  return (
    <section aria-label={title}>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <Stack gap={4}>
        {edges.map((edge) => (
          <Group key={edge.id} gap="xs" justify="space-between">
            <Anchor component={Link} to={nodeLink(edge[end])} size="sm" className="breaks">
              {nameIn(edge[end])}
            </Anchor>
            <Text size="sm" c="dimmed">
              {describe(edge)}
            </Text>
          </Group>
        ))}
      </Stack>
    </section>
  );
}

function describe({ kind, rate, lag, retries, parked, deadLetters, status }: SystemEdge): string {
  const facts = [
    kind !== 'uses' && perSecond(rate),
    lag && lag.messages > 0 && `${countOf(lag.messages, 'message')} unconsumed, oldest ${age(lag.seconds)}`,
    retries ? countOf(retries, 'retry', 'retries') : false,
    parked && parked.keys > 0 && countOf(parked.keys, 'parked key'),
    deadLetters && deadLetters.messages > 0 && countOf(deadLetters.messages, 'dead letter'),
    status !== 'ok' && status,
  ];
  return [kind, ...facts.filter((fact) => fact)].join(', ');
}
