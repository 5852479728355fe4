import type { DeadLetterFilter } from './dead-letter-filter.js';

export const BATCH_ACTIONS = ['resubmit', 'discard'] as const;
export type BatchAction = (typeof BATCH_ACTIONS)[number];

export const BATCH_STATUSES = ['running', 'paused', 'done', 'stopped'] as const;
export type BatchStatus = (typeof BATCH_STATUSES)[number];

/** Which dead letters a batch resolves, and how fast. */
export interface BatchSelection {
  /** The operator, for the history. */
  by: string;
  /** Selects among the waiting ones. */
  filter: Omit<DeadLetterFilter, 'status'>;
  /** At most so many, oldest first. Default: all. */
  limit?: number | undefined;
  /** Default: no limit. */
  ratePerSecond?: number | undefined;
  /** Includes dead letters that were resubmitted too often. Discarding always does. Default false. */
  force?: boolean | undefined;
}

/** The default action is to resubmit. */
export type BatchRequest = BatchSelection &
  ({ action?: 'resubmit'; reason?: undefined } | { action: 'discard'; reason: string });

/** The result of a dry run. */
export interface BatchPlan {
  /** Waiting dead letters that match the filter. */
  matching: number;
  /** How many of these the batch would resolve. */
  selected: number;
  /** How many it would not: they were resubmitted too often, or are part of a running batch. */
  excluded: number;
}

export interface Batch {
  id: string;
  action: BatchAction;
  by: string;
  /** Why the dead letters are discarded. */
  reason: string | null;
  filter: object;
  ratePerSecond: number | null;
  force: boolean;
  status: BatchStatus;
  selected: number;
  /** Resubmitted or discarded so far. */
  resolved: number;
  /** Selected, but resolved by somebody else first; 0 until the batch has ended. */
  skipped: number;
  /** Selected, but waiting again because the batch was stopped. */
  released: number;
  createdAt: string;
  /** When it was done or stopped; `null` before. */
  endedAt: string | null;
  /** Who paused it; `null` unless it is paused. */
  pausedBy: string | null;
  stoppedBy: string | null;
}

export interface BatchRow {
  id: string;
  action: BatchAction;
  by: string;
  reason: string | null;
  filter: object;
  force: boolean;
  rate_per_second: number | null;
  selected: number;
  resolved: number;
  released: number;
  status: BatchStatus;
  created_at: Date;
  ended_at: Date | null;
  paused_by: string | null;
  stopped_by: string | null;
}

export const isUnfinished = ({ status }: Pick<BatchRow, 'status'>): boolean =>
  status === 'running' || status === 'paused';

export const toBatch = (row: BatchRow): Batch => ({
  id: row.id,
  action: row.action,
  by: row.by,
  reason: row.reason,
  filter: row.filter,
  ratePerSecond: row.rate_per_second,
  force: row.force,
  status: row.status,
  selected: row.selected,
  resolved: row.resolved,
  skipped: isUnfinished(row) ? 0 : row.selected - row.resolved - row.released,
  released: row.released,
  createdAt: row.created_at.toISOString(),
  endedAt: row.ended_at?.toISOString() ?? null,
  pausedBy: row.paused_by,
  stoppedBy: row.stopped_by,
});
