import { Badge } from '@mantine/core';
import { hint } from '../shell/index.js';
import type { Batch, DeadLetter } from './queries.js';

const MEANING: Record<DeadLetter['class'], string> = {
  malformed: 'It cannot be read, or does not match its schema: correct it, or discard it',
  business: 'A rule said no, and will again: correct it, or discard it',
  transient: 'It failed in all attempts: resubmit it when the cause is mended',
  crashing: 'It crashed the process that handled it: mend the consumer before you resubmit it',
};

export function ClassBadge({ value }: { value: DeadLetter['class'] }) {
  return (
    <Badge variant="default" tt="none" fw={600} miw="max-content" {...hint(MEANING[value])}>
      {value}
    </Badge>
  );
}

/** With white text on it in a contrast of 4.5 to 1. */
const COLOUR = { waiting: '#b23c0a', resubmitted: 'blue.8', discarded: 'gray.7' } as const;

export function StatusBadge({ value }: { value: DeadLetter['status'] }) {
  return (
    <Badge color={COLOUR[value]} tt="none" miw="max-content">
      {value}
    </Badge>
  );
}

const BATCH_COLOUR = { running: 'blue.8', paused: '#b23c0a', done: '#237032', stopped: 'gray.7' } as const;

export function BatchBadge({ value }: { value: Batch['status'] }) {
  return (
    <Badge color={BATCH_COLOUR[value]} tt="none" miw="max-content">
      {value}
    </Badge>
  );
}
