import { Alert, Anchor, Grid, Group, Loader, Paper, Stack, Text, Title } from '@mantine/core';
import { Link, useParams } from 'react-router';
import { ProblemError } from '../api/index.js';
import { Message, PageTitle, ProblemOf, Time } from '../shell/index.js';
import { CancelOrder } from './cancel-order.js';
import { OrderFacts } from './order-facts.js';
import './orders.css';
import { isFinal, type Order, type Trace, useOrder, useTrace } from './queries.js';
import { SagaDiagram } from './saga-diagram.js';
import { StatusBadge } from './status-badge.js';
import { Timeline } from './timeline.js';

/** One order, across all services, drawn while it happens. */
export function Component() {
  const { orderId = '' } = useParams();
  const order = useOrder(orderId);
  // An order-api that is away says nothing about the order: the others may know it.
  const isUnknown = order.error instanceof ProblemError && [400, 404].includes(order.error.problem.status);
  const { data: trace, lostAt } = useTrace(isUnknown ? undefined : orderId);
  if (isUnknown) return <Unknown orderId={orderId} />;
  const status = order.data?.status ?? trace?.status;
  return (
    <>
      <PageTitle title={`Order ${orderId.slice(0, 8)}`}>
        {status && <StatusBadge status={status} />}
        {order.data && <CancelOrder orderId={orderId} isPossible={!order.data.terminal} />}
      </PageTitle>
      <Stack>
        <Text size="sm" ff="monospace" className="breaks" mt="-sm">
          {orderId}
        </Text>
        <ProblemOf query={order} />
        {order.data?.reason && <Reason order={order.data} />}
        {order.data && <SagaDiagram order={order.data} entries={trace?.entries ?? []} />}
        <Grid>
          <Grid.Col span={{ base: 12, lg: 8 }}>
            <Travel trace={trace} status={status} lostAt={lostAt} />
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 4 }}>
            <OrderFacts orderId={orderId} order={order.data} sagas={trace?.sagas ?? []} />
          </Grid.Col>
        </Grid>
      </Stack>
    </>
  );
}

function Unknown({ orderId }: { orderId: string }) {
  return (
    <Message title="There is no such order">
      <span className="breaks">{orderId}</span> is none.{' '}
      <Anchor component={Link} to="/orders">
        All orders
      </Anchor>
    </Message>
  );
}

const REASONS: Record<string, string> = {
  OUT_OF_STOCK: 'There was not enough stock. Nothing was charged.',
  PAYMENT_DECLINED: 'The payment provider declined the charge. The reserved stock was released.',
  CUSTOMER_BANNED: 'The customer is banned. The reserved stock was released.',
  PAYMENT_UNAVAILABLE:
    'The payment provider did not answer within the deadline. A charge that happened all the same is refunded.',
  INVENTORY_UNAVAILABLE: 'Inventory did not answer within the deadline. What was done has been undone.',
  TIMED_OUT: 'The order had no outcome within its deadline. What was done has been undone.',
};

function Reason({ order: { status, reason = '' } }: { order: Order }) {
  return (
    <Alert color={status === 'FAILED' ? 'red' : 'orange'} title={reason}>
      {REASONS[reason] ?? `The order is ${status}.`}{' '}
      {status === 'FAILED' && 'Its task waits below as a dead letter: resubmitted, the order is processed once more.'}
    </Alert>
  );
}

function Travel({
  trace,
  status,
  lostAt,
}: {
  trace?: Trace | undefined;
  status?: string | undefined;
  lostAt?: number | undefined;
}) {
  const isLive = trace && !lostAt && !isFinal(status ?? '');
  return (
    <Paper withBorder p="md" component="section" aria-label="timeline">
      <Group justify="space-between" mb="sm">
        <Title order={2} size="h4">
          Timeline
        </Title>
        <Text size="sm" c="dimmed" component="div" role="status">
          {isLive && 'live'}
          {lostAt && !isFinal(status ?? '') && (
            <>
              no data since <Time at={lostAt} />
            </>
          )}
        </Text>
      </Group>
      {trace && trace.missing.length > 0 && <Missing sources={trace.missing} />}
      {trace ? <Timeline entries={trace.entries} /> : <Loader role="status" aria-label="loading" size="sm" />}
    </Paper>
  );
}

function Missing({ sources }: { sources: Trace['missing'] }) {
  return (
    <Alert color="yellow" mb="sm" title={`No data of ${sources.map(({ source }) => source).join(', ')}`}>
      What they know is missing here until they answer.
      {sources.map(({ source, reason }) => (
        <Text key={source} size="xs" className="breaks">
          {source}: {reason}
        </Text>
      ))}
    </Alert>
  );
}
