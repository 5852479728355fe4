import { Badge } from '@mantine/core';
import { colorOf, STATUSES, type Status } from './status.js';

export function StatusBadge({ status }: { status: Status }) {
  const { text, color } = STATUSES[status];
  return (
    <Badge
      color={color}
      variant="light"
      size="sm"
      radius="sm"
      tt="none"
      miw="max-content"
      c="var(--mantine-color-text)"
      {...(color !== 'teal' && { bd: `1px solid ${colorOf(status)}` })}
    >
      {text}
    </Badge>
  );
}
