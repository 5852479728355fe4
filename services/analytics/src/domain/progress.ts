/** How far an order has come, told by events that may arrive out of order over the topics. */

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

/** The further of the two: a later attempt, or within one attempt the later state. What comes late takes nothing back. */
export function furthest(known: Progress, heard: Progress): Progress {
  if (known.attempt !== heard.attempt) return known.attempt > heard.attempt ? known : heard;
  return STATUSES.indexOf(heard.status) > STATUSES.indexOf(known.status) ? heard : known;
}
