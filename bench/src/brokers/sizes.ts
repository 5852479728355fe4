/** How much of each job; times in ms. */
export interface Sizes {
  rounds: number;
  /** How long a client publishes. */
  publish: number;
  /** Messages that wait when a consumer starts, at most; fewer where `publish` was too short for them. */
  consume: number;
  /** Messages a second, and for how long, by turns. */
  rate: number;
  latency: number;
  load: number;
  requests: number;
  /** Messages of the backlog, and how long filling and draining it may take. */
  backlog: number;
  fill: number;
  drain: number;
  kills: number;
}

/** About 15 minutes. */
export const FULL: Sizes = {
  rounds: 3,
  publish: 500,
  consume: 5_000,
  rate: 200,
  latency: 3_000,
  load: 2_000,
  requests: 1_500,
  backlog: 1_000_000,
  fill: 12_000,
  drain: 20_000,
  kills: 3,
};

/** To try a change of the benchmark itself: its figures mean nothing. */
export const QUICK: Sizes = {
  rounds: 1,
  publish: 150,
  consume: 300,
  rate: 100,
  latency: 500,
  load: 300,
  requests: 300,
  backlog: 5_000,
  fill: 1_000,
  drain: 5_000,
  kills: 1,
};
