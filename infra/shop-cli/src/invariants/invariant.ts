import type { Snapshot } from './snapshot.js';

export interface Invariant {
  id: string;
  promise: string;
  /** Pure: the same snapshot gives the same finding. */
  check(snapshot: Snapshot, expectations: Expectations): Finding;
}

/** What clients and operators know, and the system itself does not show. */
export interface Expectations {
  /** Ids of orders whose POST was answered with 202. */
  accepted?: readonly string[];
  /** Whether no other orders than the accepted ones may exist. Default false. */
  onlyAccepted?: boolean;
  /** The order that each use of an Idempotency-Key got. */
  keys?: readonly { key: string; orderId: string }[];
  /** By SKU, what `onHand + shipped` must be; overrides the product's own `initial`. */
  initial?: Readonly<Record<string, number>>;
}

/** `notChecked` alone: nothing could be checked. */
export type Finding = Findings | { notChecked: string };

export interface Findings {
  /** What was checked, in numbers. */
  counted: string;
  /** One line per violation. */
  violations: string[];
  /** What could not be checked, and the option that it needs. */
  notChecked?: string;
}
