import { setTimeout as pause } from 'node:timers/promises';
import type { Backlog } from './backlog.js';
import type { HealthCheck } from './health-check.js';
import { Listener } from './listener.js';
import type { Logger } from './logger.js';
import type { DeadLetterOf, Publisher } from './message.js';
import { type RelayMetrics, relayMetrics } from './metrics.js';
import { schemaName } from './schema.js';
import { TargetRelay } from './target-relay.js';
import { Vacuum } from './vacuum.js';
import { withDefaults } from './with-defaults.js';

const SECOND = 1_000;

export interface OutboxRelayOptions {
  /** Of the database that holds the outbox. Session locks and LISTEN need real connections, no transaction pooler. */
  connectionString: string;
  /** The publisher of each target, e.g. `{ kafka, rabbitmq }`. Rows of other targets stay for another relay. */
  targets: Record<string, Publisher>;
  logger: Logger;
  /** What takes the place of a message that its broker can never accept. Default: it moves to the table `outbox_rejected`. */
  deadLetterOf?: DeadLetterOf | undefined;
  /** Most messages per `publish` call. Default 200. */
  batchSize?: number;
  /**
   * Milliseconds between two polls of the table when no notification arrives: the longest delay of a message when
   * notifications are off or lost, and how soon the shards of a dead relay are taken over. Default 500.
   */
  pollInterval?: number;
  /** Receives a notification of each commit by LISTEN, on a connection of its own. Default true; false: polling only. */
  listen?: boolean;
  /** Shortest and longest wait before an unavailable broker, destination or database is retried, ms. Default 50 and 2,000. */
  minRetryDelay?: number;
  maxRetryDelay?: number;
  /** Milliseconds between two measurements of the backlog for the metrics. Default 5,000. */
  sampleInterval?: number;
  /** How long `stop()` waits for the batch in flight, ms; after that its messages will be published again. Default 5,000. */
  stopTimeout?: number;
  /** Number of deleted rows after which the relay vacuums the table, spending at most 10% of its time on it. Default 100,000. */
  vacuumAfter?: number;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string;
  /** Start of the metrics' names: `<metricPrefix>_outbox_backlog` and so on. Default `waybill`. */
  metricPrefix?: string | undefined;
}

const DEFAULTS = {
  deadLetterOf: (): undefined => undefined,
  batchSize: 200,
  pollInterval: 500,
  listen: true,
  minRetryDelay: 50,
  maxRetryDelay: 2 * SECOND,
  sampleInterval: 5 * SECOND,
  stopTimeout: 5 * SECOND,
  vacuumAfter: 100_000,
  metricPrefix: 'waybill',
};

/**
 * Publishes to the brokers what was committed to the outbox: at least once, and in order per key. Any number of relays may
 * run concurrently; they share the shards of each target.
 */
export class OutboxRelay {
  private readonly options: Required<OutboxRelayOptions>;
  private readonly metrics: RelayMetrics;
  private readonly relays: TargetRelay[];
  private readonly listener: Listener;
  private readonly vacuum: Vacuum;
  private running: Promise<unknown> | undefined;

  constructor(options: OutboxRelayOptions) {
    this.options = { ...withDefaults(DEFAULTS, options), schema: schemaName(options.schema) };
    const { targets, ...rest } = this.options;
    const metrics = relayMetrics(rest.metricPrefix);
    this.metrics = metrics;
    this.vacuum = new Vacuum(rest);
    const onDeleted = (rows: number) => this.vacuum.recordDeleted(rows);
    this.relays = Object.entries(targets).map(
      ([target, publisher]) => new TargetRelay({ ...rest, target, publisher, metrics, onDeleted }),
    );
    this.listener = new Listener({
      ...rest,
      onNotification: (target) => this.wake(target),
      onBacklog: (byTarget) => this.report(byTarget),
      // The last values would look healthy.
      onUnmeasured: () => {
        metrics.backlog.reset();
        metrics.oldestAge.reset();
      },
    });
  }

  /** Starts its loops and resolves; they wait for an unavailable database or broker and retry without limit. Call it once. */
  async start(): Promise<void> {
    this.running ??= Promise.all([this.listener.run(), ...this.relays.map((relay) => relay.run())]);
  }

  /** Finishes the batch in flight within `stopTimeout`, releases its shards and closes its connections. */
  async stop(): Promise<void> {
    this.listener.stop();
    for (const relay of this.relays) relay.stop();
    await Promise.race([this.running, pause(this.options.stopTimeout, undefined, { ref: false })]);
    await Promise.all([this.vacuum.stop(), ...this.relays.map((relay) => relay.close())]);
  }

  /** Fails while a target has no database connection. It passes while a broker is unavailable: the messages are safe here. */
  healthCheck(): HealthCheck {
    return {
      name: 'outbox-relay',
      check: async () => {
        if (!this.running) throw new Error('not started');
        for (const relay of this.relays) relay.assertConnected();
      },
    };
  }

  private wake(target?: string): void {
    for (const relay of this.relays) if (!target || relay.target === target) relay.wake();
  }

  private report(byTarget: Map<string, Backlog>): void {
    for (const target of new Set([...Object.keys(this.options.targets), ...byTarget.keys()])) {
      this.metrics.backlog.set({ target }, byTarget.get(target)?.count ?? 0);
      this.metrics.oldestAge.set({ target }, byTarget.get(target)?.oldestAgeSeconds ?? 0);
    }
  }
}
