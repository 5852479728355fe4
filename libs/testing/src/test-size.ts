export interface TestSize {
  /** Of each process of the system under load. */
  killsPerProcess: number;
  /** Of all backing services. */
  outageMs: number;
  /** Transactions of each of 16 writers, two messages each on average, while relays are killed. */
  outboxTransactions: number;
  /** Of copies of one consumer. */
  consumerKills: number;
  /** To the topics, and as many to the queues, of arbitrary bytes. */
  randomMessages: number;
  /** Through each transport, while its memory is measured. */
  memoryMessages: number;
  /** Each container is not only crashed but also killed and started by hand, and the system also restarted. */
  containersAlsoByHand: boolean;
}

const SHORT: TestSize = {
  killsPerProcess: 1,
  outageMs: 30_000,
  outboxTransactions: 600,
  consumerKills: 12,
  randomMessages: 100,
  memoryMessages: 30_000,
  containersAlsoByHand: false,
};

const LONG: TestSize = {
  killsPerProcess: 10,
  outageMs: 120_000,
  outboxTransactions: 3_300,
  consumerKills: 100,
  randomMessages: 2_000,
  memoryMessages: 300_000,
  containersAlsoByHand: true,
};

/** How much the crash tests do: enough to prove it, or with `WAYBILL_TEST_SIZE=long`, as in `npm run test:long`, much more. */
export const testSize: TestSize = process.env.WAYBILL_TEST_SIZE === 'long' ? LONG : SHORT;
