import { Anchor, Button, Group, List, Paper, Progress, Stack, Table, Text, Title } from '@mantine/core';
import { IconPlayerStop } from '@tabler/icons-react';
import { Link } from 'react-router';
import { countOf, formatDuration, ProblemOf } from '../shell/index.js';
import { countsOf, percentile, type RunningBatch, timesOf, useOutcomes } from './use-batch.js';

/** How far a batch is, and what became of its orders. */
export function BatchReport({ running, stop }: { running: RunningBatch; stop: () => void }) {
  const { batch, accepted, rejected, isRunning } = running;
  const failed = [...rejected.values()].reduce((sum, count) => sum + count, 0);
  const done = accepted.length + failed;
  const summary = `${countOf(accepted.length, 'order')} accepted${failed ? `, ${failed} rejected` : ''} of ${batch.count}`;
  return (
    <Paper withBorder p="md" component="section" aria-label="progress">
      <Stack gap="sm">
        <Group justify="space-between">
          <Text fw={600} role="status">
            {summary}
          </Text>
          {isRunning && (
            <Button size="xs" variant="default" leftSection={<IconPlayerStop size={14} />} onClick={stop}>
              Stop
            </Button>
          )}
        </Group>
        <Progress value={(100 * done) / batch.count} animated={isRunning} aria-label="orders placed" />
        {!isRunning && done < batch.count && <Text size="sm">Stopped: {batch.count - done} were not placed.</Text>}
        {isRunning && (
          <Text size="sm" c="dimmed">
            Leaving this page stops it.
          </Text>
        )}
        {failed > 0 && (
          <List size="sm" aria-label="rejections">
            {[...rejected].map(([message, count]) => (
              <List.Item key={message}>
                {count} x {message}
              </List.Item>
            ))}
          </List>
        )}
        {accepted.length > 0 && <Outcomes customerId={batch.request.customerId} orderIds={accepted} />}
      </Stack>
    </Paper>
  );
}

function Outcomes({ customerId, orderIds }: { customerId: string; orderIds: readonly string[] }) {
  const outcomes = useOutcomes(customerId, orderIds);
  const orders = outcomes.data ?? [];
  const times = timesOf(orders);
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  return (
    <>
      <ProblemOf query={outcomes} />
      <Title order={2} size="h5">
        What became of them
      </Title>
      <Table aria-label="outcomes">
        <Table.Tbody>
          {countsOf(orders).map(([outcome, count]) => (
            <Table.Tr key={outcome}>
              <Table.Th fw={500}>{outcome}</Table.Th>
              <Table.Td ta="right">{countOf(count, 'order')}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {p50 !== undefined && p95 !== undefined && (
        <Text size="sm">
          Time to the outcome: p50 {formatDuration(p50)}, p95 {formatDuration(p95)}
        </Text>
      )}
      {orderIds.length === 1 ? (
        <Anchor component={Link} to={`/orders/${orderIds[0]}`}>
          Watch it travel
        </Anchor>
      ) : (
        <Anchor component={Link} to={`/orders?customerId=${encodeURIComponent(customerId)}`}>
          Show these orders
        </Anchor>
      )}
    </>
  );
}
