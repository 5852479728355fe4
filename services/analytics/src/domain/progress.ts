/**
 * In their order. The furthest status of the latest attempt counts, because events of several topics arrive out of order: a
 * late one takes nothing back.
 */
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

export interface Progress {
  attempt: number;
  status: (typeof STATUSES)[number];
}
