import type { Peers } from './peers.js';

/** What the suites of this folder have to know of a system; everything else they read from its contracts. */
export interface SystemUnderTest {
  startWorkload(): Promise<Workload>;
  /** To each process that needs its database to respond: a request that reads, and where there is one, a POST. */
  requestsToDatabases(): Promise<readonly (readonly [url: string, init?: RequestInit])[]>;
  /** Sends work that needs every consumer. Resolves with checks that resolve once it has taken effect, by their promises. */
  sendThroughEveryConsumer(peers: Peers): Promise<readonly EffectCheck[]>;
  /** Dead letters of the business, which wait for a person although no message failed. */
  businessReview: { source: string; deadLetterQueue: string };
}

/** Work that arrives while something fails, and the proof that none of it was lost. */
export interface Workload {
  /** So many more pieces of work, all at once, without waiting for them. */
  add(count: number): void;
  /** Resolves when the system has accepted all. */
  accepted(): Promise<unknown>;
  /** Resolves when the n-th piece, counted from 0, is finished. */
  finished(n: number): Promise<unknown>;
  /** All pieces, a multiple of twenty, have the result that they would have had without a failure, and every invariant holds. */
  expectNothingLost(): Promise<void>;
}

/** Messages of one type in one queue or topic, and the services that consume them there. */
export interface Destination {
  source: string;
  type: string;
  consumers: readonly string[];
}

export interface EffectCheck {
  promise: string;
  check(): Promise<void>;
}
