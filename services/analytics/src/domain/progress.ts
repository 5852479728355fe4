/** An order's progress, from events that may arrive out of order because they come from several topics. */

export const STATUSES = [
  'PENDING',
  'RESERVED',
  'PAID',
  'CONFIRMED',
  'SHIPPED',
  'DELIVERED',
  'FAILED',
  'CANCELLED',
] as const;
export type Status = (typeof STATUSES)[number];

export interface Progress {
  attempt: number;
  status: Status;
}

/** The further of the two: a later attempt, or within an attempt the later status. A late event takes nothing back. */
export function furthest(known: Progress, reported: Progress): Progress {
  if (known.attempt !== reported.attempt) return known.attempt > reported.attempt ? known : reported;
  return STATUSES.indexOf(reported.status) > STATUSES.indexOf(known.status) ? reported : known;
}
