import { Badge } from '@mantine/core';
import { STATUSES, type Status } from './status.js';

export function StatusBadge({ status }: { status: Status }) {
  const { text, color } = STATUSES[status];
  return (
    <Badge
      color={color}
      variant={color === 'teal' ? 'light' : 'filled'}
      size="sm"
      radius="sm"
      tt="none"
      miw="fit-content"
    >
      {text}
    </Badge>
  );
}
