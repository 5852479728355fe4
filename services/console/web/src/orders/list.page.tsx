import { Anchor, Box, Button, Group, Select, Stack, Table, Text, TextInput } from '@mantine/core';
import { IconPlus, IconSearch } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { countOf, formatMoney, Loading, Message, PageTitle, Time } from '../shell/index.js';
import './orders.css';
import { type Order, type OrderFilter, type OrderStatus, STATUSES, useOrders } from './queries.js';
import { StatusBadge } from './status-badge.js';

/** The list of orders. Filter and page are in the address, so that back, forward and links work. */
export function Component() {
  const [params, setParams] = useSearchParams();
  const filter = filterIn(params);
  const orders = useOrders(filter);
  const change = (changes: OrderFilter) =>
    setParams(
      Object.entries({ ...filter, cursor: undefined, ...changes }).filter(([, value]) => value) as [string, string][],
    );
  return (
    <>
      <PageTitle title="Orders">
        <Button component={Link} to="/orders/place" leftSection={<IconPlus size={16} />}>
          Place orders
        </Button>
      </PageTitle>
      <Stack>
        <Filters key={params.toString()} filter={filter} change={change} />
        <Loading query={orders}>
          {({ items }) => <Orders items={items} isFiltered={Boolean(filter.customerId || filter.status)} />}
        </Loading>
        <Group>
          {filter.cursor && (
            <Button variant="default" onClick={() => change({})}>
              Newest
            </Button>
          )}
          {orders.data?.nextCursor && (
            <Button variant="default" onClick={() => change({ cursor: orders.data.nextCursor! })}>
              Older
            </Button>
          )}
        </Group>
      </Stack>
    </>
  );
}

function filterIn(params: URLSearchParams): OrderFilter {
  const [customerId, status, cursor] = ['customerId', 'status', 'cursor'].map((name) => params.get(name) ?? undefined);
  return {
    ...(customerId && { customerId }),
    ...(status && { status: status as OrderStatus }),
    ...(cursor && { cursor }),
  };
}

function Filters({ filter, change }: { filter: OrderFilter; change: (changes: OrderFilter) => void }) {
  const navigate = useNavigate();
  const [orderId, setOrderId] = useState('');
  const [customerId, setCustomerId] = useState(filter.customerId ?? '');
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (orderId.trim()) void navigate(`/orders/${encodeURIComponent(orderId.trim())}`);
    else change({ customerId: customerId.trim() });
  };
  return (
    <Box component="search">
      <form onSubmit={onSubmit}>
        <Group align="end" gap="sm" className="order-filters">
          <TextInput
            label="Order id"
            className="order-id-field"
            placeholder="019e3f0a-7c55-..."
            value={orderId}
            onChange={(event) => setOrderId(event.currentTarget.value)}
          />
          <TextInput
            label="Customer"
            placeholder="cus_1001"
            value={customerId}
            onChange={(event) => setCustomerId(event.currentTarget.value)}
          />
          <Select
            label="Status"
            placeholder="any"
            clearable
            clearButtonProps={{ 'aria-label': 'any status' }}
            data={STATUSES}
            value={filter.status ?? null}
            onChange={(status) => change({ status: (status ?? undefined) as OrderStatus })}
          />
          <Button type="submit" variant="default" leftSection={<IconSearch size={16} />}>
            Search
          </Button>
        </Group>
      </form>
    </Box>
  );
}

function Orders({ items, isFiltered }: { items: readonly Order[]; isFiltered: boolean }) {
  if (!items.length)
    return (
      <Message title={isFiltered ? 'No order matches' : 'There are no orders yet'}>
        {isFiltered ? 'Change the filter, or ' : 'You can '}
        <Anchor component={Link} to="/orders/place">
          place some orders
        </Anchor>
        .
      </Message>
    );
  return (
    <Table highlightOnHover verticalSpacing={6}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Order</Table.Th>
          <Table.Th>Status</Table.Th>
          <Table.Th visibleFrom="sm">Placed</Table.Th>
          <Table.Th visibleFrom="sm">Customer</Table.Th>
          <Table.Th visibleFrom="md">Items</Table.Th>
          <Table.Th ta="right">Total</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {items.map((order) => (
          <Row key={order.orderId} order={order} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Row({ order }: { order: Order }) {
  const { orderId, status, reason, createdAt, customerId, items, total } = order;
  const units = items.reduce((sum, { quantity }) => sum + quantity, 0);
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component={Link} to={`/orders/${orderId}`} ff="monospace" size="sm" aria-label={`order ${orderId}`}>
          <Text span inherit visibleFrom="sm">
            {orderId}
          </Text>
          <Text span inherit hiddenFrom="sm">
            {orderId.slice(0, 4)}…{orderId.slice(-7)}
          </Text>
        </Anchor>
      </Table.Td>
      <Table.Td>
        <StatusBadge status={status} />
        {reason && (
          <Text size="xs" c="dimmed">
            {reason}
          </Text>
        )}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Text size="sm" component="span">
          <Time at={createdAt} />
        </Text>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Anchor
          component={Link}
          size="sm"
          to={`/orders?customerId=${encodeURIComponent(customerId)}`}
          className="breaks"
        >
          {customerId}
        </Anchor>
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Text size="sm">
          {countOf(units, 'unit')} of {items.length === 1 ? items[0]!.sku : countOf(items.length, 'product')}
        </Text>
      </Table.Td>
      <Table.Td ta="right">
        <Text size="sm">{formatMoney(total)}</Text>
      </Table.Td>
    </Table.Tr>
  );
}
