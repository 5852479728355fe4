import { setTimeout as sleep } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { NativeConnection, Worker, WorkerOptions } from '@temporalio/worker';
import type { HealthCheck } from './health.js';
import type { Logger } from './logger.js';
import { tracedActivities } from './temporal-tracing.js';

export { tracedStarts } from './temporal-tracing.js';

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 2_000;

export interface TemporalWorkerOptions extends Omit<WorkerOptions, 'connection' | 'identity'> {
  /** host:port of the Temporal frontend. */
  address: string;
  namespace: string;
  taskQueue: string;
  logger: Logger;
}

/**
 * A Temporal worker that starts with the application and restarts after Temporal was unavailable. Stopping it finishes
 * the tasks in flight; Temporal retries a longer one after its timeout.
 */
export class TemporalWorker implements OnApplicationBootstrap, BeforeApplicationShutdown, HealthCheck {
  readonly name = 'temporal';
  private readonly identity: string;
  /** While it is connected. A client that shares it gets the first task of a workflow it starts to this worker at once. */
  connection: NativeConnection | undefined;
  private worker: Worker | undefined;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();

  constructor(private readonly options: TemporalWorkerOptions) {
    this.identity = `${options.taskQueue}-${process.pid}`;
  }

  onApplicationBootstrap(): void {
    this.running = this.runUntilStopped();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    if (this.worker?.getState() === 'RUNNING') this.worker.shutdown();
    await this.running;
  }

  /** Ready means that Temporal lists this worker's poller, not merely that it is reachable. */
  async check(): Promise<void> {
    if (!this.connection || this.worker?.getState() !== 'RUNNING') throw new Error('the worker is not running');
    const { pollers } = await this.connection.workflowService.describeTaskQueue({
      namespace: this.options.namespace,
      taskQueue: { name: this.options.taskQueue },
      taskQueueType: this.options.workflowBundle ? WORKFLOW_TASKS : ACTIVITY_TASKS,
    });
    if (!pollers?.some(({ identity }) => identity === this.identity)) throw new Error('no poller is registered yet');
  }

  private async runUntilStopped(): Promise<void> {
    const { logger, address } = this.options;
    let pause = FIRST_PAUSE;
    while (!this.stopping.signal.aborted) {
      try {
        await this.runOnce();
        pause = FIRST_PAUSE;
      } catch (error) {
        logger.warn({ err: error, address }, 'the Temporal worker failed, restarting it');
        await sleep(pause, undefined, { signal: this.stopping.signal }).catch(() => {});
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      } finally {
        const { connection } = this;
        this.connection = undefined; // nobody is to use it from here on
        await connection?.close().catch((error) => logger.debug({ err: error }, 'closing the connection to Temporal'));
      }
    }
  }

  /** Loads the SDK only now, because its native part takes time. */
  private async runOnce(): Promise<void> {
    const { address, logger, ...options } = this.options;
    const { NativeConnection, Worker } = await installRuntime(logger);
    this.connection = await NativeConnection.connect({ address });
    const { connection, identity } = this;
    const interceptors = { activity: [tracedActivities] };
    this.worker = await Worker.create({ ...options, connection, identity, interceptors });
    if (this.stopping.signal.aborted) return;
    await this.worker.run();
  }
}

/** `TaskQueueType` of Temporal's API. */
const WORKFLOW_TASKS = 1;
const ACTIVITY_TASKS = 2;

let sdk: Promise<typeof import('@temporalio/worker')> | undefined;

/** Sends Temporal's log lines to our logger, and leaves signals to `runProcess`. */
function installRuntime(logger: Logger): Promise<typeof import('@temporalio/worker')> {
  sdk ??= import('@temporalio/worker').then((module) => {
    const write = { TRACE: 'debug', DEBUG: 'debug', INFO: 'debug', WARN: 'warn', ERROR: 'error' } as const;
    module.Runtime.install({
      shutdownSignals: [],
      telemetryOptions: {
        logging: { filter: module.makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      },
      logger: new module.DefaultLogger('WARN', ({ level, message, meta }) => logger[write[level]](meta ?? {}, message)),
    });
    return module;
  });
  return sdk;
}
