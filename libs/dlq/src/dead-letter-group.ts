import type { FailureClass } from '@waybill/messaging';

/** Dead letters that failed for the same reason. */
export interface DeadLetterGroup {
  group: string;
  class: FailureClass;
  /** The error with its variable parts replaced. */
  error: string;
  /** Where it was thrown; empty when unknown. */
  place: string;
  count: number;
  sources: string[];
  consumers: string[];
  firstFailedAt: string;
  lastFailedAt: string;
  /** Id of the latest of them. */
  example: string;
}

export interface GroupRow {
  failure_group: string;
  class: FailureClass;
  pattern: string;
  place: string;
  count: number;
  sources: string[];
  consumers: string[];
  first_failed_at: Date;
  last_failed_at: Date;
  example: string;
}

export function toGroup({
  failure_group,
  pattern,
  first_failed_at,
  last_failed_at,
  ...group
}: GroupRow): DeadLetterGroup {
  return {
    ...group,
    group: failure_group,
    error: pattern,
    firstFailedAt: first_failed_at.toISOString(),
    lastFailedAt: last_failed_at.toISOString(),
  };
}
