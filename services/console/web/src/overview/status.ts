import type { ProcessState, SystemEdge, SystemNode } from './use-overview.js';

export type Status = ProcessState['status'] | SystemNode['status'] | SystemEdge['status'];

interface Shown {
  text: string;
  color: string;
}

/** Colour and text: never the colour alone. */
export const STATUSES: Record<Status, Shown> = {
  ok: { text: 'ok', color: 'teal' },
  ready: { text: 'ready', color: 'teal' },
  'not ready': { text: 'not ready', color: 'orange' },
  degraded: { text: 'degraded', color: 'orange' },
  behind: { text: 'behind', color: 'orange' },
  paused: { text: 'paused', color: 'orange' },
  'held up': { text: 'held up', color: 'orange' },
  away: { text: 'away', color: 'red' },
  unknown: { text: 'no data', color: 'gray' },
};

export const colorOf = (status: Status): string => `var(--mantine-color-${STATUSES[status].color}-6)`;
