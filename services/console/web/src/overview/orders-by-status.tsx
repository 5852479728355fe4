import { Badge, Group, Text, Title } from '@mantine/core';
import { Link } from 'react-router';
import { formatNumber, Time } from '../shell/index.js';
import type { Overview } from './use-overview.js';

/** In the order in which an order passes them. */
const STATUSES: Record<string, string> = {
  PENDING: 'gray',
  RESERVED: 'blue',
  PAID: 'blue',
  CONFIRMED: 'teal',
  SHIPPED: 'teal',
  DELIVERED: 'teal',
  FAILED: 'red',
  CANCELLED: 'orange',
};
/** In ms. Analytics is asked every four seconds. */
const OLD = 15_000;

export function OrdersByStatus({ overview: { at, orders } }: { overview: Overview }) {
  const { byStatus, lastSeen } = orders;
  const counts = new Map(byStatus?.map(({ status, orders: count }) => [status, count]));
  const isOld = lastSeen !== null && Date.parse(at) - Date.parse(lastSeen) > OLD;
  return (
    <section aria-labelledby="orders-by-status">
      <Group gap="xs">
        <Title order={2} size="h5" id="orders-by-status">
          Orders
        </Title>
        {Object.entries(STATUSES).map(([status, color]) => (
          <Link key={status} to={`/orders?status=${status}`} className="plain-link">
            <Badge variant="light" color={color} c="var(--mantine-color-text)" size="lg" radius="sm" tt="none">
              {status} {byStatus ? formatNumber(counts.get(status) ?? 0) : '?'}
            </Badge>
          </Link>
        ))}
        {lastSeen === null && <Text size="sm">no data: analytics does not respond</Text>}
        {isOld && (
          <Text size="sm">
            no data since <Time at={lastSeen} />: analytics does not respond
          </Text>
        )}
      </Group>
    </section>
  );
}
