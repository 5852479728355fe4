import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { restartDelay } from './backoff.js';
import type { ProcessSpec } from './process-spec.js';
import type { Output } from './progress.js';

const POLL_INTERVAL = 150;
const STABLE_AFTER = 60_000;
const STOP_WITHIN = 10_000;
/** A process that ends so often before it was ready once never will be. */
const FAILED_STARTS = 5;
/** Of its log, in an error. */
const LAST_LINES = 10;

export interface SupervisedOptions {
  output: Output;
  logFile: string;
  /** Called when its pid has changed. */
  onChange: () => void;
}

/** A process that is restarted whenever it ends, until it is stopped. */
export class Supervised {
  private child: ChildProcess | undefined;
  private restarts = 0;
  private isRestarting = false;
  private held: PromiseWithResolvers<void> | undefined;
  private logStart = 0;
  private startedAt = 0;
  private readonly stopping = new AbortController();
  private ended: Promise<void> = Promise.resolve();

  constructor(
    readonly spec: ProcessSpec,
    private readonly options: SupervisedOptions,
  ) {}

  /** Of the server itself, while it runs. */
  get pid(): number | undefined {
    if (!this.child) return undefined;
    return this.spec.serverPid ? this.spec.serverPid() : this.child.pid;
  }

  /** Resolves when it is ready for the first time; rejects after `within` milliseconds, or when it ends again and again. */
  start(within: number): Promise<void> {
    this.logStart = sizeOf(this.options.logFile);
    void this.keepRunning();
    return this.untilReady(within);
  }

  /** Ends it and runs it again, with what is on the disk now. Resolves and rejects as `start`. */
  async restart(within: number): Promise<void> {
    this.logStart = sizeOf(this.options.logFile);
    this.restarts = 0;
    this.isRestarting = this.child !== undefined;
    await this.end();
    return this.untilReady(within);
  }

  /** Ends it as `stop` does, and leaves it down until `release`. */
  async hold(): Promise<void> {
    this.held ??= Promise.withResolvers();
    await this.end();
  }

  /** Lets it run again; `untilReady` tells when it does. */
  release(): void {
    this.held?.resolve();
    this.held = undefined;
    this.restarts = 0;
  }

  get isHeld(): boolean {
    return this.held !== undefined;
  }

  /** When its process was started, in ms since 1970. */
  get runsSince(): number | undefined {
    return this.child && this.startedAt;
  }

  /** SIGTERM, and SIGKILL after 10 s. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.end();
    await this.spec.afterStop?.();
  }

  /** Resolves and rejects as `start`. */
  async untilReady(within: number): Promise<void> {
    const deadline = Date.now() + within;
    for (let reason = ''; ; await pause(POLL_INTERVAL)) {
      try {
        await this.spec.ready();
        this.options.onChange();
        return;
      } catch (error) {
        reason = (error as Error).message;
      }
      if (this.stopping.signal.aborted) throw new Error('stopped');
      if (this.restarts >= FAILED_STARTS)
        throw new Error(`${this.spec.name} ended ${this.restarts} times before it was ready:\n${this.endOfLog()}`);
      if (Date.now() > deadline) throw new Error(`${this.spec.name} is not ready after ${within / 1_000} s: ${reason}`);
    }
  }

  private async end(): Promise<void> {
    const { child, pid } = this;
    if (pid) signal(pid, this.spec.stopSignal ?? 'SIGTERM');
    const insist = setTimeout(() => child && killGroup(child), STOP_WITHIN);
    await this.ended;
    clearTimeout(insist);
  }

  /** What it has written since its start. */
  private endOfLog(): string {
    const written = readFileSync(this.options.logFile).subarray(this.logStart).toString();
    return written.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  }

  private async keepRunning(): Promise<void> {
    const { output, onChange } = this.options;
    while (!this.stopping.signal.aborted) {
      if (this.held) await Promise.race([this.held.promise, once(this.stopping.signal, 'abort')]);
      const ended = await this.runOnce();
      this.child = undefined;
      onChange();
      if (this.stopping.signal.aborted) return;
      if (this.held) continue;
      if (this.isRestarting) {
        this.isRestarting = false;
        continue;
      }
      if (Date.now() - this.startedAt > STABLE_AFTER) this.restarts = 0;
      const delay = restartDelay(++this.restarts);
      output.line(`  ${this.spec.name} ended (${ended}), restarting in ${delay} ms; log: ${this.options.logFile}`);
      await pause(delay, undefined, { signal: this.stopping.signal }).catch(() => {});
    }
  }

  private async runOnce(): Promise<string> {
    const { spec, options } = this;
    await spec.beforeStart?.();
    if (this.stopping.signal.aborted || this.held) return 'stopped';
    const log = openSync(options.logFile, 'a');
    // A process group of its own, so that Ctrl-C in the terminal reaches only the launcher, which stops all in order.
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...process.env, ...spec.env },
      stdio: ['ignore', log, log] as ('ignore' | number)[],
      detached: true,
    });
    closeSync(log);
    this.startedAt = Date.now();
    this.child = child;
    const exit = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`));
    });
    this.ended = exit.then(() => killGroup(child));
    options.onChange();
    if (spec.serverPid) void this.announceServerPid(child);
    return exit.then(async (how) => {
      await this.ended;
      return how;
    });
  }

  /** The wrapper runs before the server has a pid. */
  private async announceServerPid(child: ChildProcess): Promise<void> {
    while (this.child === child && !this.pid) await pause(POLL_INTERVAL);
    this.options.onChange();
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Kills what is left of the group of a process that was killed. */
function killGroup(child: ChildProcess): void {
  if (child.pid) signal(-child.pid, 'SIGKILL');
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended already.
  }
}
