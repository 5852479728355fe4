import { Badge } from '@mantine/core';

const COLORS: Record<string, string> = {
  PENDING: 'gray',
  RESERVED: 'indigo',
  PAID: 'indigo',
  CONFIRMED: 'teal',
  SHIPPED: 'teal',
  DELIVERED: 'green',
  FAILED: 'red',
  CANCELLED: 'orange',
};

export function StatusBadge({ status }: { status: string }) {
  return (
    <Badge color={COLORS[status] ?? 'gray'} variant="light" className="order-badge order-status">
      {status}
    </Badge>
  );
}
