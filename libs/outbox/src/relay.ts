import { setTimeout as pause } from 'node:timers/promises';
import type { Backlog } from './backlog.js';
import type { HealthCheck } from './health-check.js';
import { Lane } from './lane.js';
import { Listener } from './listener.js';
import type { Logger } from './logger.js';
import type { Publisher } from './message.js';
import { type RelayMetrics, relayMetrics } from './metrics.js';
import { schemaName } from './schema.js';
import { Vacuum } from './vacuum.js';

const SECOND = 1_000;

export interface OutboxRelayOptions {
  /** Of the database that holds the outbox. Session locks and LISTEN need real connections, no transaction pooler. */
  connectionString: string;
  /** Who carries the messages of each target, e.g. `{ kafka, rabbitmq }`. Rows of other targets are left alone. */
  targets: Record<string, Publisher>;
  logger: Logger;
  /** Messages that one `publish` call gets at most. Default 200. */
  batchSize?: number;
  /**
   * Milliseconds between two looks at the table when nothing wakes the relay: how late a message is at most when
   * notifications are off or lost, and how soon the shards of a dead relay are taken over. Default 500.
   */
  pollInterval?: number;
  /** Hears commits by LISTEN, on a connection of its own. Default true; false leaves polling alone. */
  listen?: boolean;
  /** First and longest wait before a broker, destination or database that is away is tried again, ms. Default 50 and 2,000. */
  firstRetry?: number;
  longestRetry?: number;
  /** Milliseconds between two measurements of the backlog for the metrics. Default 5,000. */
  sampleInterval?: number;
  /** How long `stop()` waits for the batch in hand, ms; afterwards its messages will be published again. Default 5,000. */
  stopPatience?: number;
  /** Vacuums the table after so many rows that it deleted, with a tenth of its time at most. Default 100,000. */
  vacuumAfter?: number;
  /** PostgreSQL schema of the tables. Default `waybill`. */
  schema?: string;
  /** Start of the metrics' names: `<metricPrefix>_outbox_backlog` and so on. Default `waybill`. */
  metricPrefix?: string;
}

const DEFAULTS = {
  batchSize: 200,
  pollInterval: 500,
  listen: true,
  firstRetry: 50,
  longestRetry: 2 * SECOND,
  sampleInterval: 5 * SECOND,
  stopPatience: 5 * SECOND,
  vacuumAfter: 100_000,
  metricPrefix: 'waybill',
};

/**
 * Carries what committed in the outbox to the brokers: at least once, and in order for each key. Any number of relays may
 * run side by side; they share the shards of each target.
 */
export class OutboxRelay {
  private readonly options: Required<OutboxRelayOptions>;
  private readonly lanes: Lane[];
  private readonly listener: Listener;
  private readonly vacuum: Vacuum;
  private readonly metrics: RelayMetrics;
  private running: Promise<unknown> | undefined;

  constructor(options: OutboxRelayOptions) {
    this.options = { ...DEFAULTS, ...options, schema: schemaName(options.schema) };
    const { targets, ...rest } = this.options;
    this.metrics = relayMetrics(rest.metricPrefix);
    this.vacuum = new Vacuum(rest);
    const onDeleted = (rows: number) => this.vacuum.note(rows);
    this.lanes = Object.entries(targets).map(
      ([target, publisher]) => new Lane({ ...rest, target, publisher, metrics: this.metrics, onDeleted }),
    );
    this.listener = new Listener({
      ...rest,
      onNotification: () => this.wake(),
      onBacklog: (byTarget) => this.report(byTarget),
    });
  }

  /** Starts its loops and resolves; a database or broker that is away is waited for, for ever. Once a relay. */
  async start(): Promise<void> {
    this.running ??= Promise.all([this.listener.run(), ...this.lanes.map((lane) => lane.run())]);
  }

  /** Finishes the batch in hand within `stopPatience`, frees its shards for other relays and closes its connections. */
  async stop(): Promise<void> {
    this.listener.stop();
    for (const lane of this.lanes) lane.stop();
    await Promise.race([this.running, pause(this.options.stopPatience, undefined, { ref: false })]);
    await Promise.all([this.vacuum.stop(), ...this.lanes.map((lane) => lane.close())]);
  }

  /** Fails while a lane has no database connection. A broker that is away is no reason: its messages are safe here. */
  healthCheck(): HealthCheck {
    return {
      name: 'outbox-relay',
      check: async () => {
        if (!this.running) throw new Error('not started');
        for (const lane of this.lanes) lane.assertConnected();
      },
    };
  }

  private wake(): void {
    for (const lane of this.lanes) lane.wake();
  }

  private report(byTarget: Map<string, Backlog>): void {
    for (const target of new Set([...Object.keys(this.options.targets), ...byTarget.keys()])) {
      this.metrics.backlog.set({ target }, byTarget.get(target)?.count ?? 0);
      this.metrics.oldestAge.set({ target }, byTarget.get(target)?.oldestAgeSeconds ?? 0);
    }
  }
}
