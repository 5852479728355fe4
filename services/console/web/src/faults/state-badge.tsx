import { Badge } from '@mantine/core';
import type { FaultTarget } from './faults.data.js';

const COLOURS: Record<FaultTarget['state'], string> = {
  running: 'green',
  'not-ready': 'orange',
  starting: 'orange',
  paused: 'red',
  slow: 'red',
  stopped: 'red',
};

/** In colour and in words. */
export function StateBadge({ state }: { state: FaultTarget['state'] }) {
  return (
    <Badge color={COLOURS[state]} variant="dot" tt="none" fw={600}>
      {state === 'not-ready' ? 'not ready' : state}
    </Badge>
  );
}
